// cf remove-key: takes a key out of the config.
import type { Config, Key } from "../../config/types";
import { exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Channel } from "../output";
import { cleanText } from "../print/clean-text";

export const removeKeyCommand = defineCommand({
  positionals: [
    { name: "id", summary: "Id of the key, as in cf list-keys", required: true, completes: "key" },
  ],
  flags: {},
  details: "The key is taken out of every key order too. Its token is not kept anywhere.",
  async run({ positionals, output, env }) {
    const [id = ""] = positionals;
    const { resolvePaths } = await import("../../config/paths");
    const { readConfig } = await import("../../config/file");
    const { editConfig } = await import("../../daemon/edit-config");
    const { noteInForce, noteNewWarnings } = await import("../note-config-change");
    const paths = resolvePaths(env);
    const before = await readConfig(paths);
    const outcome = await editConfig(paths, { edit: "remove-key", id }, before);
    output.out.line(`Removed key ${await describe(id, before.config.keys.get(id))}`);
    for (const notice of outcome.notices) output.err.line(cleanText(notice));
    noteNewWarnings(before, outcome.after, output.err);
    noteInForce(outcome, output.err);
    await clearKeychain(before.config.keys.get(id), outcome.after.config, output.err);
    return exitCode.ok;
  },
});

/** What a keychain kept for this key only is of no use there any more. */
async function clearKeychain(removed: Key | undefined, after: Config, err: Channel): Promise<void> {
  const name = /^keychain:(.+)$/s.exec(removed?.token ?? "")?.[1];
  if (name === undefined || [...after.keys.values()].some(({ token }) => token === removed?.token)) return;
  const { removeFromKeychain } = await import("../../config/secrets");
  err.line(
    (await removeFromKeychain(name))
      ? "Its token was taken out of the keychain."
      : `Its token could not be taken out of the keychain, where it is called "${cleanText(name)}".`,
  );
}

async function describe(id: string, key: Key | undefined): Promise<string> {
  if (key === undefined) return id;
  const { mask } = await import("../../redact");
  return `${id} (${cleanText(key.label)}, ${mask(key.token)})`;
}
