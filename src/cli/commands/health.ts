// cf health: the health report of the running proxy as it is, for scripts.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";

export const healthCommand = defineCommand({
  positionals: [],
  flags: {},
  details: "Exit code: 0 it can serve, 3 it does not run, 4 it runs but no key can serve.",
  async run({ output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { requireRunning } = await import("../require-running");
    const { health, body } = await requireRunning(resolvePaths(env));
    output.out.line(JSON.stringify(body, null, 2));
    return health.status === "unavailable" ? exitCode.noKeyServes : exitCode.ok;
  },
});
