// Takes tokens out of text that people will see.

// Whoever pastes a token with its scheme sends that twice.
const bearer = /\b((?:Bearer|Basic)(?:\s+(?:Bearer|Basic))*)\s+([^\s"',;]+)/gi;
const credentialHeader = /\b(x-api-key|api[-_]?key|authorization)(["']?\s*[:=]\s*["']?)([^\s"',;]+)/gi;
// A bare prefix ("sk-ant-api03-…") is no secret: our own messages name it. Upstreams echo tokens with stars in them.
// After a letter, "sk-" is mostly the end of a word ("task-force"): there it takes a long run with a digit.
const secretKey =
  /sk-ant-(?![a-z]+\d\d-(?![\w*-]))[\w*-]+|(?<![A-Za-z0-9])sk-(?!ant-)[\w*-]{6,}|sk-(?=[\w*-]*\d)[\w*-]{20,}/g;
const jsonWebToken = /eyJ[\w-]{4,}(?:\.[\w-]*)*/g;
const redacted = "[redacted]";

/** Shorter texts are no secrets, and taking them out would shred the rest. */
const shortestKnownToken = 6;
const shortestMaskable = 12;

/**
 * Replaces everything that looks like a token, and every one of `knownTokens` whatever it looks like, by `[redacted]`.
 * Redact before cutting a text to length: half a token is not recognised.
 */
export function redact(text: string, knownTokens: Iterable<string> = []): string {
  return redactKnown(text, knownTokens)
    .replace(secretKey, redacted)
    .replace(jsonWebToken, redacted)
    .replace(bearer, (whole, scheme: string, value: string) =>
      looksSecret(value) ? `${scheme} ${redacted}` : whole,
    )
    .replace(credentialHeader, (whole, name: string, between: string, value: string) =>
      /^(bearer|basic)$/i.test(value) ? whole : `${name}${between}${redacted}`,
    );
}

/** A token as people may see it: its last four characters, or none of them if it is short. References stay as written. */
export function mask(token: string): string {
  if (isReference(token)) return token;
  return token.length < shortestMaskable ? "…" : `…${token.slice(-4)}`;
}

/** True for `env:NAME` and `keychain:NAME`, which say where a token is and not what it is. */
export function isReference(token: string): boolean {
  return /^(env|keychain):/.test(token);
}

/** Only what is known: nothing else in `text` changes, so JSON stays JSON. */
export function redactKnown(text: string, tokens: Iterable<string>): string {
  const longestFirst = [...tokens]
    .filter((token) => token.length >= shortestKnownToken)
    .sort((left, right) => right.length - left.length);
  // A token may also appear as it is written inside JSON or a URL.
  const spellings = longestFirst.flatMap((token) => [
    token,
    JSON.stringify(token).slice(1, -1),
    encodeURIComponent(token),
  ]);
  return spellings.reduce((rest, spelling) => rest.replaceAll(spelling, redacted), text);
}

/** "Bearer token is missing" and "Bearer authentication" are prose. */
function looksSecret(value: string): boolean {
  return value.length >= 16 || (value.length >= 4 && !/^[A-Za-z]?[a-z]*[.:!?)]*$/.test(value));
}
