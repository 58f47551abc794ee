// cf supervise: the background process of `cf start -d`. Not for people; `cf start` is.
import { defineCommand } from "../command";
import { usageError } from "../usage-error";

export const superviseCommand = defineCommand({
  positionals: [],
  flags: {},
  async run({ env }) {
    const { readSupervision, tellFailure } = await import("../../daemon/supervision");
    const { resolvePaths } = await import("../../config/paths");
    const { supervise } = await import("../../daemon/supervise");
    const supervision = readSupervision(env);
    if (supervision === null) throw usageError("This is a part of cf start -d.", "Use: cf start -d");
    try {
      return await supervise({ paths: resolvePaths(env), supervision, env });
    } catch (error) {
      tellFailure(error);
      throw error;
    }
  },
});
