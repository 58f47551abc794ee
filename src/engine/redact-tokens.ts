// Takes everything that looks like a credential out of text that people will see.

const bearer = /\b(bearer|basic)\s+([^\s"',;]+)/gi;
const headerValue =
  /\b(x-api-key|authorization|api[-_]?key)(["']?\s*[:=]\s*["']?)(?!(?:bearer|basic)\b)[^\s"',;]+/gi;
const secretKey = /\bsk-[\w*-]+/g;
const jsonWebToken = /\beyJ[\w-]{4,}(?:\.[\w-]*)*/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go, they could forge log lines
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Replaces API keys, Bearer values and JSON web tokens by `[redacted]`. */
export function redactTokens(text: string): string {
  return text
    .replace(secretKey, "[redacted]")
    .replace(jsonWebToken, "[redacted]")
    .replace(bearer, (whole, scheme: string, value: string) =>
      isWord(value) ? whole : `${scheme} [redacted]`,
    )
    .replace(headerValue, "$1$2[redacted]");
}

/** One redacted line of at most `length` characters. Redacts first: a token cut in two would not be recognised. */
export function quoteUpstream(text: string, length = 200): string {
  const line = redactTokens(text.replace(controlCharacters, " ")).replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= length ? line : `${characters.slice(0, length - 1).join("")}…`;
}

/** "Invalid bearer token" and "Bearer authentication" are prose. */
function isWord(value: string): boolean {
  return value.length < 16 && /^[A-Za-z][a-z]*[.:!?)]*$/.test(value);
}
