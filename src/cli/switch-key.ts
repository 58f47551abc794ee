// Pauses or resumes a key for `cf pause-key` and `cf resume-key`.
import type { Paths } from "../config/paths";
import type { Config } from "../config/types";
import { exitCode } from "../errors";
import type { Output } from "./output";
import { cleanText } from "./print/clean-text";

export interface SwitchOptions {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Throws a CfError `unknown_key` if there is none with that id. */
export async function switchKey(
  id: string,
  enabled: boolean,
  { output, env }: SwitchOptions,
): Promise<number> {
  const { resolvePaths } = await import("../config/paths");
  const { readConfig } = await import("../config/file");
  const { editConfig } = await import("../daemon/edit-config");
  const { noteInForce, noteNewWarnings } = await import("./note-config-change");
  const paths = resolvePaths(env);
  const before = await readConfig(paths);
  const outcome = await editConfig(paths, { edit: enabled ? "resume-key" : "pause-key", id }, before);
  const label = cleanText(outcome.after.config.keys.get(id)?.label ?? id);
  const name = label === id ? id : `${id} (${label})`;
  output.out.line(`${enabled ? "Resumed" : "Paused"} key ${name}`);
  for (const notice of outcome.notices) output.err.line(cleanText(notice));
  noteNewWarnings(before, outcome.after, output.err);
  noteInForce(outcome, output.err);
  // The running proxy has cleared its cooldowns itself.
  if (enabled && outcome.proxy === "none") await clearStored(id, paths, outcome.after.config, output);
  return exitCode.ok;
}

async function clearStored(id: string, paths: Paths, config: Config, { err }: Output): Promise<void> {
  const { forgetCooldowns } = await import("../state/ledger/store/forget-cooldowns");
  const key = config.keys.get(id);
  const sharing = [...config.keys.values()]
    .filter((other) => other.id !== id && other.group !== null && other.group === key?.group)
    .map((other) => other.id);
  try {
    forgetCooldowns(paths.state, id, sharing);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    err.line(
      `${err.paint.yellow("warning:")} Its cooldowns could not be cleared in ${paths.state}: ${words}`,
    );
  }
}
