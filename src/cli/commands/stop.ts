// cf stop: ends the running proxy, wherever it was started.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";

export const stopCommand = defineCommand({
  positionals: [],
  flags: {},
  details: [
    "Running answers get up to 30 s to finish. A second cf stop, or Ctrl-C, cuts them off.",
    "",
    "Exit code: 0 it was stopped, 3 it did not run.",
  ].join("\n"),
  async run({ output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { stopRunning } = await import("../stop-running");
    const stopped = await stopRunning(resolvePaths(env), env, output.err);
    if (stopped === null) {
      output.err.line("Claude Failover is not running.");
      return exitCode.notRunning;
    }
    output.out.line(`Stopped Claude Failover (process ${stopped.run.pid}).`);
    if (stopped.service !== null) {
      output.err.line(
        `It is a service of ${stopped.service.title} and starts again at the next login. For good: cf setup --autostart --undo`,
      );
    }
    return exitCode.ok;
  },
});
