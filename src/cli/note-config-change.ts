// What a person should know after a command has changed the config.
import type { LoadedConfig } from "../config/file";
import type { Warning } from "../config/types";
import type { EditOutcome } from "../daemon/edit-config";
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

/** Says what the running proxy makes of the change; nothing if none runs. */
export function noteInForce({ proxy }: EditOutcome, err: Channel): void {
  if (proxy === "in force") err.line("The running proxy has it in force.");
  if (proxy === "follows")
    err.line("The running proxy could not be asked; it takes the file over by itself.");
}
