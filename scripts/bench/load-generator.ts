// A process of its own: puts the load on a port that the parent asks for, one after another, and reports. Ends with the parent.
import type { Load } from "./load";
import { runLoad } from "./run-load";

process.on("message", (load: Load) => {
  runLoad(load).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
