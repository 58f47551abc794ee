// Wrong usage: exit code 2, and where to read the right one.
import { CfError, exitCode } from "../errors";

/** `message` must not repeat a value that could be a token; names of commands and flags are cut to a sane length. */
export function usageError(message: string, hint: string): CfError {
  return new CfError("usage", message, { hint, exit: exitCode.usage });
}

/** A word of the command line for an error message: quoted, printable, short, and never one that looks like a token. */
export function quoteWord(word: string): string {
  if (/sk-|[A-Za-z0-9_-]{25}/.test(word)) return '"…"';
  const printable = word.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?");
  return `"${printable.length > 30 ? `${printable.slice(0, 30)}…` : printable}"`;
}
