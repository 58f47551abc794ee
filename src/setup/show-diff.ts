// The unified diff of an edit, as people and the dashboard see it: without the secrets that stand near the edit.
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { redact } from "../redact";
import { placeholderToken } from "./placeholder-token";
import type { FileEdit } from "./types";

/** A minified file is one line. */
const longestLine = 240;

/** `secrets`: values that must not be shown even where nothing marks them as secret. */
export function showDiff(
  {
    path,
    before,
    after,
  }: { readonly path: string; readonly before: Buffer | null; readonly after: Buffer | null },
  secrets: readonly string[],
): string {
  const patch = createTwoFilesPatch(
    before === null ? "/dev/null" : path,
    after === null ? "/dev/null" : path,
    toText(before, secrets),
    toText(after, secrets),
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  );
  return patch.split("\n").map(shorten).join("\n").trimEnd();
}

/** Redacted before it is compared, so that a cut line never shows half a secret. */
function toText(bytes: Buffer | null, secrets: readonly string[]): string {
  const text = new TextDecoder().decode(bytes ?? new Uint8Array());
  return redact(maskSecretSettings(text), secrets);
}

/** Values under names that promise a secret, whatever they look like: in JSON, and in shells' assignments. */
function maskSecretSettings(text: string): string {
  const name = "[\\w-]*(?:TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|ACCESS_?KEY)[\\w-]*";
  return text
    .replace(new RegExp(`("${name}"\\s*:\\s*)"(?:[^"\\\\\\n]|\\\\.)*"`, "gi"), (whole, start: string) =>
      isHarmless(whole) ? whole : `${start}"[redacted]"`,
    )
    .replace(
      new RegExp(`((?:export|set\\s+-\\w+|setenv)\\s+${name}[ =]|\\$env:${name}\\s*=)[^\\n]*`, "gi"),
      (_whole, start: string) => `${start} [redacted]`,
    );
}

/** Our own placeholder is no secret, and a diff that hides it would puzzle. */
function isHarmless(setting: string): boolean {
  return new RegExp(`:\\s*"${placeholderToken}"$`).test(setting);
}

function shorten(line: string): string {
  const plain = line.replace(/\r$/, "");
  return plain.length <= longestLine ? plain : `${plain.slice(0, longestLine)}…`;
}

/** The diff of a planned edit; a change of mode alone has none but a line of its own. */
export function diffOf(edit: FileEdit, secrets: readonly string[]): string {
  const isModeOnly = edit.before?.equals(edit.after) === true;
  if (!isModeOnly) return showDiff(edit, secrets);
  return `--- ${edit.path}\n+++ ${edit.path}\nmode 0${edit.modeBefore?.toString(8)} -> 0${edit.modeAfter.toString(8)}`;
}
