// Makes a change of the config for a command: through the proxy while one runs, else in the file under its lock.
import { applyEdit, type ConfigEdit, type EditedDocument } from "../config/apply-edit";
import { changeConfig, type LoadedConfig, readConfig } from "../config/file";
import type { Paths } from "../config/paths";
import { CfError } from "../errors";
import { findProxy } from "./client";
import { isReduced } from "./health";
import { sendEdit } from "./send-edit";

export interface EditOutcome {
  /** The key that was added. */
  readonly id: string | null;
  /** What else the change brought about, in words. */
  readonly notices: readonly string[];
  /** The config with the change. */
  readonly after: LoadedConfig;
  /** in force: the running proxy has it. follows: one runs but gave no answer, and will read the file. none: none runs. */
  readonly proxy: "in force" | "follows" | "none";
}

/**
 * `before`: the config as the command found it. Throws the same CfError whichever way the change goes; nothing has
 * changed then.
 */
export async function editConfig(paths: Paths, edit: ConfigEdit, before: LoadedConfig): Promise<EditOutcome> {
  const found = await findProxy(paths);
  if (found.state === "not running") return { ...(await editFile(paths, edit)), proxy: "none" };
  const sent = found.state === "running" ? await sendEdit(found, edit, before.config.clientToken) : null;
  // A new file with nothing but this change would take the place of all that is in force.
  if (sent === null && before.text === null && found.state === "running" && isReduced(found.body)) {
    throw new CfError(
      "config_deleted",
      "The config file is gone, and the running proxy wants the client token from it.",
      {
        hint: "Put the file back, or begin anew without it: cf restart",
      },
    );
  }
  if (sent === null) return { ...(await editFile(paths, edit)), proxy: "follows" };
  if (sent === "unknown") return { ...(await editUnlessMade(paths, edit, before)), proxy: "follows" };
  return { ...sent, after: await readConfig(paths), proxy: "in force" };
}

async function editFile(paths: Paths, edit: ConfigEdit): Promise<Omit<EditOutcome, "proxy">> {
  const made: { edited?: EditedDocument } = {};
  const after = await changeConfig(paths, (document) => {
    made.edited = applyEdit(document, edit);
    return made.edited.document;
  });
  return { id: made.edited?.id ?? null, notices: made.edited?.notices ?? [], after };
}

/** The proxy died while it worked on the change: it may stand in the file already. */
async function editUnlessMade(
  paths: Paths,
  edit: ConfigEdit,
  before: LoadedConfig,
): Promise<Omit<EditOutcome, "proxy">> {
  try {
    return await editFile(paths, edit);
  } catch (error) {
    if (!(error instanceof CfError)) throw error;
    const after = await readConfig(paths);
    if (edit.edit === "add-key" && error.code === "duplicate_token") {
      const token = edit.key.token.trim();
      const added = [...after.config.keys.values()].find((key) => key.token === token);
      if (added !== undefined && before.config.keys.get(added.id)?.token !== token)
        return { id: added.id, notices: [], after };
    }
    const removed = edit.edit === "remove-key" && error.code === "unknown_key";
    if (removed && before.config.keys.has(edit.id)) return { id: null, notices: [], after };
    throw error;
  }
}
