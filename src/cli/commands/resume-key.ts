// cf resume-key: brings a paused key back, and gives a key that rests another chance.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";

export const resumeKeyCommand = defineCommand({
  positionals: [
    { name: "id", summary: "Id of the key, as in cf list-keys", required: true, completes: "key" },
  ],
  flags: {},
  details:
    "Also ends its cooldowns: a key that rests, or was rejected, is tried again with the next request.",
  async run({ positionals, output, env }) {
    const { switchKey } = await import("../switch-key");
    await switchKey(positionals[0] ?? "", true, { output, env });
    return exitCode.ok;
  },
});
