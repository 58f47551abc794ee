import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { defaults } from "../../src/config/defaults";
import { formatDocument, type JsonObject, type JsonValue, toJsonValue } from "../../src/config/document";
import { describeConfig } from "../../src/config/json-schema";
import { loadDocument, loadText } from "../../src/config/load-document";
import type { Key } from "../../src/config/types";

const load = (config: unknown) => loadText(JSON.stringify(config));
const apiKey = "sk-ant-api03-aaaaaaaaaaaaaaaaaaaa";
const oauth = "sk-ant-oat01-bbbbbbbbbbbbbbbbbbbb";
const chatgpt = "eyJhbGciOi.eyJzdWIi.c2ln";

test("{} is all defaults: one profile on 4080, no keys", () => {
  const { config, warnings, legacy } = loadText("{}");
  expect(config.profiles).toEqual([
    { name: "default", port: 4080, keyOrder: null, modelFallback: new Map() },
  ]);
  expect(config.keys.size).toBe(0);
  expect({ ...config, profiles: undefined, keys: undefined }).toEqual({
    ...defaults,
    profiles: undefined,
    keys: undefined,
  } as never);
  expect(warnings).toEqual([]);
  expect(legacy).toBe(false);
});

test("an empty profiles object means the default profile, a given one means exactly what it says", () => {
  expect(load({ profiles: {} }).config.profiles.map(({ name, port }) => [name, port])).toEqual([
    ["default", 4080],
  ]);
  expect(load({ profiles: { work: { port: 5000 } } }).config.profiles.map(({ name }) => name)).toEqual([
    "work",
  ]);
});

test("defaults never replace what is there", () => {
  const { config } = load({
    openaiModelMapping: { "*": "gpt-x" },
    modelFallback: {},
    timeouts: { idleMs: 5 },
  });
  expect(config.openaiModelMapping).toEqual(new Map([["*", "gpt-x"]]));
  expect(config.modelFallback.size).toBe(0);
  expect(config.timeouts).toEqual({ connectMs: 10_000, firstByteMs: 600_000, idleMs: 5 });
  expect(load({ openaiModelMapping: {} }).config.openaiModelMapping.size).toBe(0);
});

test("a profile has its own chains, even empty ones, or those of the top level", () => {
  const { config } = load({
    modelFallback: { a: "b" },
    profiles: {
      one: { port: 1 },
      two: { port: 2, modelFallback: { a: "c" } },
      three: { port: 3, modelFallback: {} },
    },
  });
  expect(config.profiles.map(({ modelFallback }) => modelFallback.get("a"))).toEqual(["b", "c", undefined]);
});

describe("a key", () => {
  const table: [fields: Record<string, unknown>, expected: Partial<Key>][] = [
    [{ token: apiKey }, { provider: "anthropic", type: "api-key", api: null, label: "a", enabled: true }],
    [{ token: oauth }, { provider: "anthropic", type: "oauth" }],
    [{ token: "sk-proj-1" }, { provider: "openai", type: "api-key", api: "responses" }],
    [{ token: chatgpt }, { provider: "openai", type: "oauth", api: "responses" }],
    [{ token: "env:FOO" }, { token: "env:FOO", provider: "anthropic", type: "api-key" }],
    [{ token: "keychain:x" }, { provider: "anthropic", type: "api-key" }],
    [
      { token: "env:FOO", type: "oauth" },
      { provider: "anthropic", type: "oauth" },
    ],
    [
      { token: "env:FOO", provider: "openai" },
      { provider: "openai", type: "api-key", api: "responses" },
    ],
    [{ token: "gateway" }, { provider: "anthropic", type: "api-key" }],
    [
      { token: "sk-1234", provider: "anthropic" },
      { provider: "anthropic", type: "api-key", api: null },
    ],
    [{ token: oauth, type: "api-key" }, { type: "api-key" }],
    [{ token: `  ${apiKey}\r\n` }, { token: apiKey }],
    [
      { token: "sk-1", baseUrl: "http://localhost:1234/v1" },
      { api: "chat", baseUrl: "http://localhost:1234/v1" },
    ],
    [{ token: "sk-1", baseUrl: "https://eu.api.openai.com/v1" }, { api: "responses" }],
    [{ token: "sk-1", baseUrl: "https://api.openai.com.evil.example" }, { api: "chat" }],
    [{ token: "sk-1", baseUrl: "http://localhost:1234", api: "responses" }, { api: "responses" }],
    [{ token: apiKey, label: "個人" }, { label: "個人" }],
    [{ token: apiKey, label: " " }, { label: "a" }],
    [
      { token: apiKey, enabled: false, group: "org" },
      { enabled: false, group: "org" },
    ],
  ];
  test.each(table)("%j", (fields, expected) => {
    expect(load({ keys: { a: fields } }).config.keys.get("a")).toMatchObject(expected);
  });

  test("the api follows the top-level base URL when the key has none", () => {
    const { config } = load({ openaiBaseUrl: "http://localhost:9", keys: { a: { token: "sk-1" } } });
    expect(config.keys.get("a")?.api).toBe("chat");
  });
});

test("names from Object.prototype are names like any other", () => {
  const text = `{"keys": {"__proto__": {"token": "${apiKey}"}, "constructor": {"token": "${oauth}"}},
    "modelFallback": {"__proto__": "x", "constructor": "y"},
    "profiles": {"__proto__": {"port": 1, "keyOrder": ["constructor", "__proto__"]}}}`;
  const { config, document } = loadText(text);
  expect([...config.keys.keys()]).toEqual(["__proto__", "constructor"]);
  expect([...config.modelFallback]).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  expect(config.profiles[0]?.keyOrder).toEqual(["constructor", "__proto__"]);
  expect(loadText(formatDocument(document)).config).toEqual(config);
  expect(loadText("{}").config.modelFallback.get("constructor")).toBeUndefined();
  expect(({} as Record<string, unknown>).token).toBeUndefined();
});

test("keys stand in the order of the file, also where JavaScript would sort them", () => {
  const { config } = loadText(
    `{"keys": {"z": {"token": "env:Z"}, "10": {"token": "env:A"}, "9": {"token": "env:B"}, "a": {"token": "env:C"}}}`,
  );
  expect([...config.keys.keys()]).toEqual(["z", "10", "9", "a"]);
});

describe("warnings", () => {
  const key = { token: apiKey };
  const table: [code: string, config: unknown, words: string][] = [
    [
      "unknown_key_in_order",
      { keys: { a: key }, profiles: { default: { keyOrder: ["a", "gone"] } } },
      '"gone"',
    ],
    [
      "profile_without_key",
      { keys: { a: { ...key, enabled: false } }, profiles: { default: { keyOrder: ["a"] } } },
      '"default"',
    ],
    ["same_token_twice", { keys: { a: key, b: key } }, '"a" and "b"'],
    ["useless_token", { keys: { a: { token: "sk-ant-admin01-xxxxxxxx" } } }, "admin key"],
    ["token_of_other_provider", { keys: { a: { ...key, provider: "openai" } } }, "anthropic"],
    ["token_in_clear_text", { keys: { a: { ...key, baseUrl: "http://gw.example/x" } } }, "gw.example"],
    ["token_in_clear_text", { anthropicBaseUrl: "http://gw.example" }, "anthropicBaseUrl"],
  ];
  test.each(table)("%s", (code, config, words) => {
    const { warnings } = load(config);
    expect(warnings.map((warning) => warning.code)).toEqual([code]);
    expect(warnings[0]?.title).toContain(words);
    expect(warnings[0]?.remedy).not.toBe("");
    expect(JSON.stringify(warnings)).not.toContain(apiKey);
  });

  test("none for what is fine", () => {
    const config = {
      keys: {
        a: key,
        b: { token: "sk-1234", provider: "anthropic", baseUrl: "http://127.0.0.2:1" },
        c: { token: "env:C", provider: "openai" },
      },
      openaiBaseUrl: "http://localhost:11434/v1",
      profiles: { default: { keyOrder: ["b", "a", "b"] }, all: { port: 1, keyOrder: [] } },
    };
    const loaded = load(config);
    expect(loaded.warnings).toEqual([]);
    expect(loaded.config.profiles.map(({ keyOrder }) => keyOrder)).toEqual([["b", "a"], []]);
  });
});

test("config -> file -> config is the identity", () => {
  fc.assert(
    fc.property(validConfig(), (document) => {
      const first = loadDocument(document);
      const second = loadText(formatDocument(document));
      expect(second.document).toEqual(document);
      expect(second.config).toEqual(first.config);
      expect([...second.config.keys.keys()]).toEqual([...first.config.keys.keys()]);
    }),
  );
});

test("the JSON Schema names every setting, forbids others and describes each", () => {
  const schema = describeConfig() as {
    properties: Record<string, { description?: string; additionalProperties?: { required?: string[] } }>;
    additionalProperties: boolean;
  };
  expect(schema.additionalProperties).toBe(false);
  expect(Object.keys(schema.properties).sort()).toEqual(
    ["$schema", "keys", "profiles", ...Object.keys(defaults)].sort(),
  );
  for (const property of Object.values(schema.properties)) expect(property.description).toBeString();
  expect(schema.properties.keys?.additionalProperties).toMatchObject({
    required: ["token"],
    additionalProperties: false,
    properties: { type: { enum: ["api-key", "oauth"] } },
  });
  expect(JSON.parse(JSON.stringify(schema))).toMatchObject({
    properties: {
      cooldownMs: { type: "integer", default: 3_600_000, maximum: 2_147_483_647 },
      modelFallback: { type: "object", additionalProperties: { type: "string" } },
      prices: { additionalProperties: { properties: { input: { type: "number" } } } },
    },
  });
});

function validConfig(): fc.Arbitrary<JsonObject> {
  const name = fc.oneof(
    fc.stringMatching(/^[a-z0-9][\w-]{0,8}$/),
    fc.constantFrom("__proto__", "constructor", "1", "0", "gpt-5.4", "個人"),
  );
  const table = <Value>(value: fc.Arbitrary<Value>) =>
    fc
      .uniqueArray(fc.tuple(name, value), { selector: ([id]) => id, maxLength: 5 })
      .map((all) => new Map(all));
  const key = fc.record(
    {
      token: fc.constantFrom(apiKey, oauth, "sk-proj-1", chatgpt, "env:FOO", "keychain:bar", "gateway"),
      label: fc.string(),
      enabled: fc.boolean(),
      group: name,
      provider: fc.constantFrom("anthropic", "openai"),
      baseUrl: fc.constantFrom("http://localhost:1/x", "https://gw.example/v1/"),
    },
    { requiredKeys: ["token"] },
  );
  const profiles = table(
    fc.record({ keyOrder: fc.array(name), modelFallback: table(name) }, { requiredKeys: [] }),
  ).map((all) => new Map([...all].map(([id, profile], index) => [id, { ...profile, port: 5000 + index }])));
  const settings = fc.record(
    {
      profiles,
      keys: table(key),
      modelFallback: table(name),
      openaiModelMapping: table(name),
      openaiModelFallback: fc.boolean(),
      cooldownMs: fc.nat(),
      timeouts: fc.record({ idleMs: fc.nat() }, { requiredKeys: [] }),
      logLevel: fc.constantFrom("debug", "error"),
      prices: table(fc.record({ input: fc.constantFrom(0, 1.25, 3) }, { requiredKeys: [] })),
      clientToken: fc.constant("x"),
    },
    { requiredKeys: [] },
  );
  return settings.map((config) => {
    const document: JsonValue = toJsonValue(config);
    if (!(document instanceof Map)) throw new Error("not an object");
    return document;
  });
}
