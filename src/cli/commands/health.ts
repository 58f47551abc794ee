// cf health: the health report of the running proxy as it is, for scripts.
import { CfError, exitCode } from "../../errors";
import { defineCommand } from "../command";

export const healthCommand = defineCommand({
  positionals: [],
  flags: {},
  details: "Exit code: 0 it can serve, 3 it does not run, 4 it runs but no key can serve.",
  async run({ output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { findProxy } = await import("../../daemon/client");
    const found = await findProxy(resolvePaths(env));
    if (found.state === "not running") {
      throw new CfError("not_running", "Claude Failover is not running.", {
        hint: "Start it: cf start",
        exit: exitCode.notRunning,
      });
    }
    if (found.state === "not answering") {
      throw new CfError(
        "not_answering",
        `Claude Failover has a process (pid ${found.run.pid}), but does not answer: ${found.reason}.`,
      );
    }
    output.out.line(JSON.stringify(found.body, null, 2));
    return found.health.status === "unavailable" ? exitCode.noKeyServes : exitCode.ok;
  },
});
