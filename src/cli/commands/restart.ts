// cf restart: stops the proxy and starts it the way it ran before.
import type { Paths } from "../../config/paths";
import { CfError, exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { RunningService } from "../find-service";
import type { Output } from "../output";

export const restartCommand = defineCommand({
  positionals: [],
  flags: {},
  details: [
    "One that runs in the background is started there again, one of another terminal goes on",
    "in this one, a service is started by its manager. What is stopped is started in the",
    "background. Running answers get up to 30 s to finish; Ctrl-C meanwhile cuts them off.",
  ].join("\n"),
  async run({ output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { readConfig } = await import("../../config/file");
    const { stopRunning } = await import("../stop-running");
    const { startHere, startInBackground } = await import("./start");
    const paths = resolvePaths(env);
    // A config that cannot be started is told while the old proxy still runs.
    await readConfig(paths);
    const before = await stopRunning(paths, env, output.err);
    if (before?.service != null) return startService(before.service, paths, output);
    const options = { paths, port: before?.run.port ?? null, open: false };
    if (before?.run.mode === "foreground") return startHere(options, output);
    return startInBackground(options, output, env);
  },
});

async function startService(service: RunningService, paths: Paths, { out }: Output): Promise<number> {
  const { awaitServing } = await import("../../daemon/claim-run");
  const { describeOwner } = await import("../../daemon/describe-run");
  await service.start();
  const run = await awaitServing(paths);
  if (run === null) {
    throw new CfError("start_failed", `${service.title} started it, but it does not serve.`, {
      hint: "See cf doctor and cf logs.",
    });
  }
  out.line(`Restarted by ${service.title}. ${describeOwner(run)}`);
  return exitCode.ok;
}
