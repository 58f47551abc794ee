// cf add-key: adds an Anthropic key to the config, without its token being seen anywhere.
import type { NewKey } from "../../config/edit-keys";
import { CfError, exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Output } from "../output";
import { usageError } from "../usage-error";

const seeHelp = 'See "cf add-key --help".';

export const addKeyCommand = defineCommand({
  positionals: [
    {
      name: "token",
      summary: "sk-ant-api03-…, sk-ant-oat01-… or env:NAME. None, or -: asked for, or read from stdin",
    },
    { name: "label", summary: "A name for people" },
  ],
  flags: {
    id: { type: "value", placeholder: "ID", summary: "Id of the key (default: made from the label)" },
    "base-url": {
      type: "value",
      placeholder: "URL",
      summary: "Another upstream for this key, such as a gateway",
    },
    group: { type: "value", placeholder: "G", summary: "Keys of one group share their rate limits" },
  },
  details: "The key is appended to the key order of every profile.",
  examples: ["cf add-key", 'cf add-key - "Work" < token.txt', "cf add-key env:ANTHROPIC_API_KEY --id ci"],
  async run({ flags, positionals, output, env }) {
    const [given, label] = positionals;
    const { id, group, "base-url": baseUrl } = flags;
    await refuseMisplacedToken({ label, id, group, baseUrl });
    const { resolvePaths } = await import("../../config/paths");
    const { changeConfig, readConfig } = await import("../../config/file");
    const { addKey } = await import("../../config/edit-keys");
    const notes = await import("../note-config-change");
    const paths = resolvePaths(env);
    // A config that cannot be changed is told before a token is asked for.
    const before = await readConfig(paths);
    const token = await readToken(given, output);
    const newKey: NewKey = {
      token,
      provider: "anthropic",
      ...(label === undefined ? {} : { label }),
      ...(id === undefined ? {} : { id }),
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(group === undefined ? {} : { group }),
    };
    let addedId = "";
    const after = await changeConfig(paths, (document) => {
      const added = addKey(document, newKey);
      addedId = added.id;
      return added.document;
    });
    const key = after.config.keys.get(addedId);
    if (key === undefined) throw new Error("the key that was added is not in the config");

    const { describeAddedKey } = await import("../describe-key");
    for (const line of describeAddedKey(key, after.config, output.out.paint)) output.out.line(line);
    notes.noteNewWarnings(before, after, output.err);
    await notes.noteUnsetReference(key.token, env, output.err);
    if (given !== undefined && given !== "-") notes.noteShellHistory(token, output.err);
    if (!(await notes.noteStaleProxy(paths, output.err))) output.err.line("Start the proxy: cf start");
    return exitCode.ok;
  },
});

async function readToken(given: string | undefined, output: Output): Promise<string> {
  if (given !== undefined && given !== "-") return given.trim();
  const { readSecret } = await import("../read-secret");
  const token = await readSecret("Token (it is not shown while you type or paste): ", output.err);
  if (token === "") throw usageError("No token was given.", seeHelp);
  return token;
}

/** Labels, ids and groups are shown and logged: a token must not end up there by a swap of arguments. */
async function refuseMisplacedToken(values: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { redact } = await import("../../redact");
  const isMisplaced = Object.values(values).some((value) => value !== undefined && redact(value) !== value);
  if (!isMisplaced) return;
  throw new CfError("misplaced_token", "A token stands where the label or an option's value belongs.", {
    hint: "The token comes first: cf add-key [token] [label]",
    exit: exitCode.usage,
  });
}
