import { expect, test } from "bun:test";
import fc from "fast-check";
import { ConfigError } from "../../src/config/config-error";
import { loadText } from "../../src/config/load-document";

const config = JSON.stringify(
  {
    profiles: {
      default: { port: 4080, keyOrder: ["a", "b"] },
      work: { port: 4081, keyOrder: [], modelFallback: { m: "n" } },
    },
    keys: {
      a: { token: "env:A", label: "A", type: "api-key", group: "g", enabled: true },
      b: { token: "env:B", provider: "openai", baseUrl: "http://localhost:1/v1", api: "chat" },
    },
    openaiKeys: { c: { token: "env:C", type: "api_key" } },
    priorityOrder: ["openai:c"],
    modelFallback: { x: "y" },
    openaiModelFallback: true,
    openaiModelMapping: { "*": "z" },
    anthropicBaseUrl: "https://x.example",
    cooldownMs: 1,
    timeouts: { idleMs: 1 },
    host: "127.0.0.1",
    clientToken: "t",
    allowedHosts: ["h"],
    allowedOrigins: ["https://o.example"],
    logLevel: "info",
    prices: { m: { input: 1 } },
  },
  null,
  2,
);

// Right behind a letter, "sk-" begins a token only if a digit follows, as one does in every real token.
const secret = fc.stringMatching(/^[A-Za-z0-9]{10,20}[0-9][A-Za-z0-9]{9,19}$/);
const knownShape = fc
  .tuple(
    fc.constantFrom(
      "sk-ant-api03-",
      "sk-ant-oat01-",
      "sk-ant-sid01-",
      "sk-proj-",
      "sk-",
      "eyJhbGci.eyJzdWIi.",
    ),
    secret,
  )
  .map(([prefix, body]) => ({ text: prefix + body, secret: body }));
const anyShape = fc.oneof(
  knownShape,
  secret.map((body) => ({ text: body, secret: body })),
);

/** What the reader of the config says about `text`: error message, hint and warnings. */
function complaints(text: string): { failed: boolean; syntax: boolean; words: string } {
  try {
    return { failed: false, syntax: false, words: JSON.stringify(loadText(text).warnings) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const words = `${error.message} ${error.hint} ${error.stack} ${JSON.stringify(error.problems)}`;
    return { failed: true, syntax: error.problems.some(({ column }) => column !== null), words };
  }
}

/** Offsets and lengths of every quoted text or other scalar. */
const values = [...config.matchAll(/(?<=: |\[\s*|,\s*)("[^"]*"|\d+|true|false)(?=,?\n)/g)];
const names = [...config.matchAll(/"([^"]*)"(?=: )/g)];

function replaceAt(match: RegExpExecArray, text: string): string {
  return config.slice(0, match.index) + text + config.slice(match.index + match[0].length);
}

test("the base of these tests is valid and has every position", () => {
  expect(complaints(config).failed).toBe(false);
  expect(values.length).toBeGreaterThan(25);
  expect(names.length).toBeGreaterThan(35);
});

test("a token of any shape in the place of any value", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...values),
      anyShape,
      fc.constantFrom("", " ", "\\n", "é"),
      (match, token, spoil) => {
        // A key order or model may be any text and is repeated in warnings; a token there can only be known by its shape.
        const { words, failed } = complaints(replaceAt(match, `"${token.text}${spoil}${token.text}"`));
        if (failed || token.text !== token.secret) expect(words).not.toContain(token.secret);
      },
    ),
    { numRuns: 400 },
  );
}, 30_000);

test("a token of a known shape in the place of any name", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      knownShape,
      fc.constantFrom("", " x", "."),
      (match, token, spoil) => {
        expect(complaints(replaceAt(match, `"${token.text}${spoil}"`)).words).not.toContain(token.secret);
      },
    ),
    { numRuns: 200 },
  );
}, 30_000);

test("a token that breaks the syntax, anywhere", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: config.length }),
      anyShape,
      fc.constantFrom("", '"', "\n", "'", "//", ","),
      fc.nat({ max: 30 }),
      (at, token, glue, skip) => {
        const { words, syntax } = complaints(
          config.slice(0, at) + glue + token.text + glue + config.slice(at + skip),
        );
        // Inside a name it is a name, and that is only known to be a token by its shape.
        if (syntax || token.text !== token.secret) expect(words).not.toContain(token.secret);
      },
    ),
    { numRuns: 400 },
  );
}, 30_000);
