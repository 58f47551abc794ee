// cf remove-key: takes a key out of the config.
import type { Key } from "../../config/types";
import { exitCode } from "../../errors";
import { defineCommand } from "../command";
import { cleanText } from "../print/clean-text";

export const removeKeyCommand = defineCommand({
  positionals: [{ name: "id", summary: "Id of the key, as in cf list-keys", required: true }],
  flags: {},
  details: "The key is taken out of every key order too. Its token is not kept anywhere.",
  async run({ positionals, output, env }) {
    const [id = ""] = positionals;
    const { resolvePaths } = await import("../../config/paths");
    const { changeConfig, readConfig } = await import("../../config/file");
    const { removeKey } = await import("../../config/edit-keys");
    const notes = await import("../note-config-change");
    const paths = resolvePaths(env);
    const before = await readConfig(paths);
    let notices: readonly string[] = [];
    const after = await changeConfig(paths, (document) => {
      const removed = removeKey(document, id);
      notices = removed.notices;
      return removed.document;
    });
    output.out.line(`Removed key ${await describe(id, before.config.keys.get(id))}`);
    for (const notice of notices) output.err.line(cleanText(notice));
    notes.noteNewWarnings(before, after, output.err);
    await notes.noteStaleProxy(paths, output.err);
    return exitCode.ok;
  },
});

async function describe(id: string, key: Key | undefined): Promise<string> {
  if (key === undefined) return id;
  const { mask } = await import("../../redact");
  return `${id} (${cleanText(key.label)}, ${mask(key.token)})`;
}
