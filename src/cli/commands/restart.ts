// cf restart: stops the proxy and starts it the way it ran before.
import { defineCommand } from "../command";

export const restartCommand = defineCommand({
  positionals: [],
  flags: {},
  details: [
    "One that runs in the background is started there again, one of another terminal goes on",
    "in this one. What is stopped is started in the background. Running answers get up to 30 s",
    "to finish; Ctrl-C meanwhile cuts them off.",
  ].join("\n"),
  async run({ output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { readConfig } = await import("../../config/file");
    const { stopRunning } = await import("../stop-running");
    const { startHere, startInBackground } = await import("./start");
    const paths = resolvePaths(env);
    // A config that cannot be started is told while the old proxy still runs.
    await readConfig(paths);
    const before = await stopRunning(paths, output.err);
    const options = { paths, port: before?.port ?? null, open: false };
    if (before?.mode === "foreground") return startHere(options, output);
    return startInBackground(options, output, env);
  },
});
