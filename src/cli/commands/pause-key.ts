// cf pause-key: takes a key out of use without removing it.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";

export const pauseKeyCommand = defineCommand({
  positionals: [
    { name: "id", summary: "Id of the key, as in cf list-keys", required: true, completes: "key" },
  ],
  flags: {},
  details: "Requests under way on it finish. cf resume-key brings it back.",
  async run({ positionals, output, env }) {
    const { switchKey } = await import("../switch-key");
    await switchKey(positionals[0] ?? "", false, { output, env });
    return exitCode.ok;
  },
});
