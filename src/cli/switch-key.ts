// Pauses or resumes a key for `cf pause-key` and `cf resume-key`.
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
  return exitCode.ok;
}
