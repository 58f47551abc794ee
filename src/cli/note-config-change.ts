// What a person should know after a command has changed the config.
import type { LoadedConfig } from "../config/file";
import type { Paths } from "../config/paths";
import type { Warning } from "../config/types";
import { isAlive, readRunFile } from "../daemon/run-file";
import { isReference } from "../redact";
import type { Channel } from "./output";

/** One warning, with its remedy. */
export function noteWarning(warning: Pick<Warning, "title" | "remedy">, err: Channel): void {
  err.line(`${err.paint.yellow("warning:")} ${warning.title} ${warning.remedy}`);
}

/** The warnings that the change has brought. */
export function noteNewWarnings(before: LoadedConfig, after: LoadedConfig, err: Channel): void {
  const known = new Set(before.warnings.map((warning) => warning.title));
  for (const warning of after.warnings) {
    if (!known.has(warning.title)) noteWarning(warning, err);
  }
}

/** A key that names a variable or keychain entry is of no use until that is set. */
export async function noteUnsetReference(
  token: string,
  env: Readonly<Record<string, string | undefined>>,
  err: Channel,
): Promise<void> {
  if (!isReference(token)) return;
  const { resolveSecret } = await import("../config/secrets");
  const secret = await resolveSecret(token, env);
  if (secret.ok) return;
  const remedy = "The proxy needs it when it starts.";
  noteWarning({ title: `For now, ${secret.reason}.`, remedy }, err);
}

/** A token on the command line stays in the shell's history. `command`: the one that would have asked for it. */
export function noteShellHistory(token: string, command: string, err: Channel): void {
  if (isReference(token)) return;
  err.line(
    err.paint.dim(`The token is in your shell's history now. Without arguments, cf ${command} asks for it.`),
  );
}

/** A proxy that runs follows the file. Returns whether one does. */
export async function noteStaleProxy(paths: Paths, err: Channel): Promise<boolean> {
  const run = await readRunFile(paths.runFile);
  if (run === null || !(await isAlive(run))) return false;
  err.line("The running proxy takes it over within a second.");
  return true;
}
