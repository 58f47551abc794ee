// Makes an upstream's words fit for people: one line, of bounded length, without anything that looks like a credential.
import { redact } from "../redact";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go, they could forge log lines
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** One redacted line of at most `length` characters. Redacts first: a token cut in two would not be recognised. */
export function quoteUpstream(text: string, length = 200): string {
  const line = redact(text.replace(controlCharacters, " ")).replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= length ? line : `${characters.slice(0, length - 1).join("")}…`;
}
