// cf serve: the served process of a supervisor. Not for people; `cf start` is.
import { defineCommand } from "../command";
import { usageError } from "../usage-error";

export const serveCommand = defineCommand({
  positionals: [],
  flags: {},
  async run({ output, env }) {
    const { readSupervision, tellFailure, tellParent } = await import("../../daemon/supervision");
    const { resolvePaths } = await import("../../config/paths");
    const { serve } = await import("../../daemon/serve");
    const supervision = readSupervision(env);
    if (supervision === null) throw usageError("This is a part of cf start.", "Use: cf start");
    try {
      return await serve({
        paths: resolvePaths(env),
        port: supervision.port,
        supervision,
        // What a person should know goes to the one who waits for the start.
        say: () => {},
        warn: (line) => output.err.line(line),
        onServing: ({ instance }, warnings) => {
          tellParent({ type: "ready", instance, warnings: [...warnings] });
        },
      });
    } catch (error) {
      tellFailure(error);
      throw error;
    }
  },
});
