// cf add-key: adds an Anthropic key to the config, without its token being seen anywhere.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";
import {
  checkSettings,
  labelPositional,
  newKeyFlags,
  noteNextSteps,
  readToken,
  storeNewKey,
} from "../store-new-key";

const name = "add-key";

export const addKeyCommand = defineCommand({
  positionals: [
    {
      name: "token",
      summary: "sk-ant-api03-…, sk-ant-oat01-… or env:NAME. None, or -: asked for, or read from stdin",
    },
    labelPositional,
  ],
  flags: {
    id: newKeyFlags.id,
    "base-url": {
      type: "value",
      placeholder: "URL",
      summary: "Another upstream for this key, such as a gateway",
    },
    group: newKeyFlags.group,
    keychain: newKeyFlags.keychain,
  },
  details:
    "The key is appended to the key order of every profile that has one; the others use\nevery key. For OpenAI and compatible servers: cf add-openai-key",
  examples: ["cf add-key", 'cf add-key - "Work" < token.txt', "cf add-key env:ANTHROPIC_API_KEY --id ci"],
  async run({ flags, positionals, output, env }) {
    const [given, label] = positionals;
    const { id, group, "base-url": baseUrl } = flags;
    await checkSettings(name, { label, id, group, baseUrl });
    const { resolvePaths } = await import("../../config/paths");
    const { readConfig } = await import("../../config/file");
    const paths = resolvePaths(env);
    // A config that cannot be changed is told before a token is asked for.
    const before = await readConfig(paths);
    const token = await readToken({ given, hint: `See "cf ${name} --help".` }, output);
    const stored = await storeNewKey(
      { token, provider: "anthropic", label, id, baseUrl, group },
      { paths, before, output, keychain: flags.keychain },
    );
    await noteNextSteps(stored, { name, given, env, output });
    return exitCode.ok;
  },
});
