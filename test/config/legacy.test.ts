import { describe, expect, test } from "bun:test";
import { ConfigError } from "../../src/config/config-error";
import { formatDocument } from "../../src/config/document";
import { loadText } from "../../src/config/load-document";

const personal = "sk-ant-api03-aaaaaaaaaaaaaaaaaaaa";
const work = "sk-ant-oat01-bbbbbbbbbbbbbbbbbbbb";
const addedAt = "2026-01-01T00:00:00.000Z";

const load = (config: unknown) => loadText(JSON.stringify(config, null, 2));
const order = (config: unknown, profile = "default") =>
  load(config).config.profiles.find(({ name }) => name === profile)?.keyOrder;

/** As version 1.x itself wrote it after two keys of each provider were added in its dashboard. */
const whole = {
  profiles: {
    default: {
      port: 4080,
      keyOrder: ["personal", "work"],
      openaiKeyOrder: ["openai-gpt"],
      priorityOrder: ["anthropic:personal", "openai:openai-gpt", "anthropic:work"],
    },
    "claude-code": { port: 4081, keyOrder: ["work"], openaiKeyOrder: [] },
  },
  keys: {
    personal: { token: personal, label: "Personal", type: "api-key", addedAt },
    work: { token: work, label: "Work", type: "oauth", addedAt },
  },
  openaiKeys: {
    "openai-gpt": { token: "sk-proj-1", label: "GPT", type: "api_key", addedAt },
    chat: { token: "eyJa.eyJb.c", label: "GPT", type: "oauth_token", addedAt },
  },
  openaiBaseUrl: "https://api.openai.com",
  openaiModelMapping: { "claude-opus-4-6": "gpt-5.4", "*": "gpt-5.4" },
  openaiModelFallback: false,
  modelFallback: { "claude-opus-4-6": "claude-sonnet-4-6" },
  cooldownMs: 60000,
  queueWaitMs: 90000,
  logLevel: "info",
  maxLogSize: 5242880,
};

test("a whole file of 1.x", () => {
  const { config, legacy, warnings } = load(whole);
  expect(legacy).toBe(true);
  expect(warnings).toEqual([]);
  expect([...config.keys.values()].map((key) => [key.id, key.provider, key.type, key.label])).toEqual([
    ["personal", "anthropic", "api-key", "Personal"],
    ["work", "anthropic", "oauth", "Work"],
    ["openai-gpt", "openai", "api-key", "GPT"],
    ["chat", "openai", "oauth", "GPT"],
  ]);
  expect(config.profiles.map(({ name, port, keyOrder }) => [name, port, keyOrder])).toEqual([
    ["default", 4080, ["personal", "openai-gpt", "work"]],
    ["claude-code", 4081, ["work", "openai-gpt", "chat"]],
  ]);
  expect(config.cooldownMs).toBe(60_000);
  expect(config.openaiModelFallback).toBe(false);
});

test("the upgraded document is current, valid and means the same", () => {
  const first = load(whole);
  const second = loadText(formatDocument(first.document));
  expect(second.legacy).toBe(false);
  expect(second.config).toEqual(first.config);
  for (const name of ["openaiKeys", "openaiKeyOrder", "priorityOrder", "addedAt", "api_key"]) {
    expect(formatDocument(first.document)).not.toContain(name);
  }
});

test("the file that 1.x makes at its first start", () => {
  const empty = { port: 4080, keyOrder: [], openaiKeyOrder: [], priorityOrder: [] };
  const { config, legacy } = load({ profiles: { default: empty }, keys: {}, openaiKeys: {} });
  expect(legacy).toBe(true);
  expect(config.profiles.map(({ name, port, keyOrder }) => [name, port, keyOrder])).toEqual([
    ["default", 4080, []],
  ]);
});

test("a file without anything of 1.x is not legacy", () => {
  expect(load({ keys: { a: { token: personal, label: "A", type: "api-key" } } }).legacy).toBe(false);
});

describe("colliding ids", () => {
  const config = {
    keys: { work: { token: work }, "work-2": { token: personal } },
    openaiKeys: { work: { token: "sk-1" }, "work-3": { token: "sk-2" } },
  };

  test("both survive, with the next free number", () => {
    expect([...load(config).config.keys.values()].map(({ id, token }) => [id, token])).toEqual([
      ["work", work],
      ["work-2", personal],
      ["work-4", "sk-1"],
      ["work-3", "sk-2"],
    ]);
  });

  test("orders follow the new ids", () => {
    const profile = { port: 4080, priorityOrder: ["openai:work", "anthropic:work", "openai:work-3"] };
    expect(order({ ...config, profiles: { default: profile } })).toEqual(["work-4", "work", "work-3"]);
  });
});

describe("orders", () => {
  const keys = { a: { token: personal }, b: { token: work } };
  const openaiKeys = { x: { token: "sk-1" }, y: { token: "sk-2" } };
  const table: [name: string, profile: Record<string, unknown>, expected: string[] | null][] = [
    ["none", {}, null],
    ["all empty", { keyOrder: [], openaiKeyOrder: [], priorityOrder: [] }, []],
    ["Anthropic only: 1.x went on to every OpenAI key", { keyOrder: ["b"] }, ["b", "x", "y"]],
    ["OpenAI only: every Anthropic key before", { openaiKeyOrder: ["y"] }, ["a", "b", "y"]],
    ["both", { keyOrder: ["b", "a"], openaiKeyOrder: ["y"] }, ["b", "a", "y"]],
    ["priority", { priorityOrder: ["openai:y", "anthropic:a"] }, ["y", "a"]],
    [
      "priority and what it forgot",
      { keyOrder: ["a", "b"], priorityOrder: ["openai:y", "anthropic:a"] },
      ["y", "a", "b"],
    ],
    ["priority without providers", { priorityOrder: ["y", "a"] }, ["y", "a"]],
    [
      "a removed key stays, as a warning",
      { keyOrder: ["gone", "a"], openaiKeyOrder: ["x"] },
      ["gone", "a", "x"],
    ],
    [
      "a removed key never turns into the other provider's",
      { priorityOrder: ["anthropic:x", "anthropic:a"] },
      ["a"],
    ],
  ];
  test.each(table)("%s", (_name, profile, expected) => {
    expect(order({ keys, openaiKeys, profiles: { default: profile } })).toEqual(expected);
  });

  test("at the top level they hold for profiles without their own", () => {
    const shared = { keys, openaiKeys, priorityOrder: ["openai:x", "anthropic:a"] };
    expect(order(shared)).toEqual(["x", "a"]);
    const profiles = { default: {}, own: { port: 1, priorityOrder: ["anthropic:b"] } };
    expect(order({ ...shared, profiles })).toEqual(["x", "a"]);
    expect(order({ ...shared, profiles }, "own")).toEqual(["b"]);
  });
});

test("a key with the empty id, which 1.x made from a Japanese label, becomes usable", () => {
  const { config, document } = load({
    profiles: { default: { port: 4080, keyOrder: ["", "a"] } },
    keys: { a: { token: personal, addedAt }, "": { token: work, label: "個人", addedAt } },
    openaiKeys: { "": { token: "sk-1", label: "Büro 2" } },
  });
  expect([...config.keys.keys()]).toEqual(["a", "key", "buro-2"]);
  expect(config.profiles[0]?.keyOrder).toEqual(["key", "a", "buro-2"]);
  expect(loadText(formatDocument(document)).config).toEqual(config);
});

test("faults name the place in the old file", () => {
  const text = `{
  "profiles": { "default": { "port": 4080, "priorityOrder": [7] } },
  "keys": { "gpt": { "token": "${personal}" } },
  "openaiKeys": {
    "gpt": {
      "tokn": "x"
    }
  },
  "openaiKeyOrder": "gpt",
  "cooldown": 1
}`;
  const error = thrownBy(() => loadText(text));
  expect(error.message.split("\n")).toEqual([
    "config.json:2 profiles.default.priorityOrder: must be a list of key ids",
    "config.json:5 openaiKeys.gpt.token: is missing",
    'config.json:6 openaiKeys.gpt.tokn: is not a known setting; did you mean "token"?',
    "config.json:9 openaiKeyOrder: must be a list of key ids",
    'config.json:10 cooldown: is not a known setting; did you mean "cooldownMs"?',
  ]);
  expect(thrownBy(() => load({ openaiKeys: [1] })).message).toBe(
    "config.json:2 openaiKeys: must be an object {...}",
  );
});

function thrownBy(action: () => unknown): ConfigError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
