import { describe, expect, test } from "bun:test";
import { applyEdit, type ConfigEdit } from "../../src/config/apply-edit";
import { isJsonObject, toJsonValue } from "../../src/config/document";
import { CfError } from "../../src/errors";

const apiKey = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII1234";
const oauthToken = "sk-ant-oat01-aaaabbbbccccddddeeeeffffgggghhhhiiii9876";
const openAiKey = "sk-proj-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII5678";

function documentOf(value: unknown) {
  const document = toJsonValue(value);
  if (!isJsonObject(document)) throw new Error("no document");
  return document;
}

function edit(document: unknown, change: ConfigEdit): unknown {
  return applyEdit(documentOf(document), change).document;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof CfError) {
      expect(error.message).not.toContain("AAAABBBB");
      return error.code;
    }
    throw error;
  }
  return "none";
}

const base = {
  keys: {
    work: { token: apiKey, label: "Work", type: "api-key" },
    gpt: { token: openAiKey, provider: "openai" },
  },
};

describe("change-key", () => {
  const change = (id: string, changes: object) => edit(base, { edit: "change-key", id, changes });

  test("only what is named changes; null takes away; the default of enabled is not written", () => {
    const paused = change("work", { label: null, group: "acme", enabled: false });
    expect(paused).toEqual(
      documentOf({
        keys: { work: { token: apiKey, type: "api-key", enabled: false, group: "acme" }, gpt: base.keys.gpt },
      }),
    );
    expect(edit(base, { edit: "change-key", id: "work", changes: { enabled: true, label: "  " } })).toEqual(
      documentOf({ keys: { work: { token: apiKey, type: "api-key" }, gpt: base.keys.gpt } }),
    );
  });

  test("another token brings its type along, and takes the old one's away", () => {
    expect(change("work", { token: ` ${oauthToken}\n` })).toEqual(
      documentOf({
        keys: { work: { token: oauthToken, label: "Work", type: "oauth" }, gpt: base.keys.gpt },
      }),
    );
    expect(change("work", { token: "env:WORK" })).toEqual(
      documentOf({ keys: { work: { token: "env:WORK", label: "Work" }, gpt: base.keys.gpt } }),
    );
    expect(change("gpt", { token: "env:GPT" })).toEqual(
      documentOf({ keys: { work: base.keys.work, gpt: { token: "env:GPT", provider: "openai" } } }),
    );
  });

  test("an OpenAI key whose provider is not written stays one", () => {
    const document = { keys: { gpt: { token: openAiKey } } };
    expect(edit(document, { edit: "change-key", id: "gpt", changes: { token: "env:GPT" } })).toEqual(
      documentOf({ keys: { gpt: { token: "env:GPT", provider: "openai" } } }),
    );
  });

  test.each(["…1234", apiKey])("the token as we show it, or as it is, changes nothing", (token) => {
    expect(change("work", { token })).toEqual(documentOf(base));
  });

  test.each([
    ["unknown_key", "nobody", { label: "x" }],
    ["invalid_token", "work", { token: "…9999" }],
    ["invalid_token", "work", { token: "" }],
    ["invalid_token", "work", { token: openAiKey }],
    ["misplaced_token", "work", { label: apiKey }],
    ["misplaced_token", "work", { group: apiKey }],
  ])("%s: %s %j", (code, id, changes) => {
    expect(codeOf(() => change(id, changes))).toBe(code);
  });

  test("a token that another key has is refused", () => {
    const two = { keys: { ...base.keys, other: { token: oauthToken } } };
    const changes = { token: oauthToken };
    expect(codeOf(() => edit(two, { edit: "change-key", id: "work", changes }))).toBe("duplicate_token");
  });
});

describe("set-order", () => {
  const order = (document: unknown, profile: string, keyOrder: string[] | null) =>
    edit(document, { edit: "set-order", profile, keyOrder });

  test("sets, empties and takes away", () => {
    const document = { ...base, profiles: { night: { port: 1, keyOrder: ["work"] } } };
    const night = (profile: object) => documentOf({ ...document, profiles: { night: profile } });
    expect(order(document, "night", ["gpt", "work"])).toEqual(night({ port: 1, keyOrder: ["gpt", "work"] }));
    expect(order(document, "night", [])).toEqual(night({ port: 1, keyOrder: [] }));
    expect(order(document, "night", null)).toEqual(night({ port: 1 }));
  });

  test("the default profile is there without being written", () => {
    expect(order(base, "default", ["gpt"])).toEqual(
      documentOf({ ...base, profiles: { default: { keyOrder: ["gpt"] } } }),
    );
    expect(codeOf(() => order({ ...base, profiles: { a: { port: 1 } } }, "default", []))).toBe(
      "unknown_profile",
    );
  });

  test("keys that do not exist are refused, unless the order has them already", () => {
    const document = { ...base, profiles: { default: { keyOrder: ["old", "work"] } } };
    expect(codeOf(() => order(document, "default", ["new"]))).toBe("unknown_key");
    expect(order(document, "default", ["work", "old"])).toEqual(
      documentOf({ ...base, profiles: { default: { keyOrder: ["work", "old"] } } }),
    );
  });
});

test("a patch keeps the secrets that come back masked", () => {
  const patch = documentOf({ keys: { work: { token: "…1234", label: "Renamed" }, gpt: null } });
  expect(edit(base, { edit: "patch", patch })).toEqual(
    documentOf({ keys: { work: { token: apiKey, label: "Renamed", type: "api-key" } } }),
  );
});

test("a first OpenAI key says that it switched the fallback on", () => {
  const { id, notices } = applyEdit(documentOf({}), { edit: "add-key", key: { token: openAiKey } });
  expect(id).toBe("openai");
  expect(notices.join()).toContain("openaiModelFallback");
});

test("a token in the place of a label is refused", () => {
  const key = { token: oauthToken, label: apiKey };
  expect(codeOf(() => edit(base, { edit: "add-key", key }))).toBe("misplaced_token");
});
