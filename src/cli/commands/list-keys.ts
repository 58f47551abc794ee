// cf list-keys: the keys of the config, without their tokens.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";

export const listKeysCommand = defineCommand({
  positionals: [],
  flags: { json: { type: "switch", summary: "Print JSON" } },
  details: "Of a token only its last 4 characters are shown. How the keys fare: cf status, cf test-key",
  async run({ flags, output, env }) {
    const { printKeys } = await import("../print-keys");
    await printKeys({ env, json: flags.json }, output);
    return exitCode.ok;
  },
});
