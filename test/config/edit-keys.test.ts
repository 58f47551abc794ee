import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type ConfigDocument, formatDocument, isJsonObject, toJsonValue } from "../../src/config/document";
import { addKey, type NewKey, removeKey, setEnabled } from "../../src/config/edit-keys";
import { loadDocument } from "../../src/config/load-document";
import { CfError } from "../../src/errors";

const token = "sk-ant-api03-aaaaaaaaaaaaaaaaaaaa";
const oauth = "sk-ant-oat01-bbbbbbbbbbbbbbbbbbbb";

function documentOf(config: unknown): ConfigDocument {
  const document = toJsonValue(config);
  if (!isJsonObject(document)) throw new Error("not an object");
  return document;
}

const plain = (document: ConfigDocument) => JSON.parse(formatDocument(document));

describe("addKey", () => {
  test("into an empty config", () => {
    const added = addKey(documentOf({}), { token: ` ${token}\n`, label: "Personal Account" });
    expect(added).toMatchObject({ id: "personal-account", appendedTo: [], switchedFallbackOn: false });
    expect(plain(added.document)).toEqual({
      keys: { "personal-account": { token, label: "Personal Account", type: "api-key" } },
    });
  });

  test("is appended to explicit orders only", () => {
    const profiles = {
      default: { port: 4080, keyOrder: ["a"] },
      all: { port: 1, keyOrder: [] },
      absent: { port: 2 },
      other: { port: 3, keyOrder: ["gone"] },
    };
    const added = addKey(documentOf({ profiles, keys: { a: { token: oauth } } }), { token });
    expect(added.appendedTo).toEqual(["default", "other"]);
    expect(plain(added.document).profiles).toEqual({
      ...profiles,
      default: { port: 4080, keyOrder: ["a", "key"] },
      other: { port: 3, keyOrder: ["gone", "key"] },
    });
  });

  const ids: [key: Partial<NewKey>, id: string][] = [
    [{}, "key"],
    [{ token: "sk-proj-1" }, "openai"],
    [{ label: "Work" }, "work-2"],
    [{ label: "個人アカウント" }, "key"],
    [{ label: "  Büro & Café №5 " }, "buro-cafe-no5"],
    [{ label: "x".repeat(100) }, "x".repeat(40)],
    [{ label: "__proto__" }, "proto"],
    [{ label: "Work", id: "mine" }, "mine"],
  ];
  test.each(ids)("id of %j", (key, id) => {
    const document = documentOf({ keys: { work: { token: oauth } } });
    expect(addKey(document, { token, ...key }).id).toBe(id);
  });

  test("two Japanese labels get two ids", () => {
    const first = addKey(documentOf({}), { token, label: "個人" });
    expect(addKey(first.document, { token: oauth, label: "仕事" }).id).toBe("key-2");
  });

  test("an OpenAI key switches the fallback on, once", () => {
    const first = addKey(documentOf({ openaiModelFallback: false }), {
      token: "sk-proj-1",
      provider: "openai",
    });
    expect(first.switchedFallbackOn).toBe(true);
    expect(plain(first.document)).toEqual({
      openaiModelFallback: true,
      keys: { openai: { token: "sk-proj-1", type: "api-key", provider: "openai" } },
    });
    expect(addKey(first.document, { token: "sk-proj-2" }).switchedFallbackOn).toBe(false);
  });

  test("all settings", () => {
    const { document } = addKey(documentOf({}), {
      token: "sk-local",
      label: "Local",
      id: "local",
      baseUrl: "http://localhost:11434/v1",
      group: "home",
      provider: "openai",
      api: "chat",
    });
    expect(plain(document).keys.local).toEqual({
      token: "sk-local",
      label: "Local",
      type: "api-key",
      provider: "openai",
      baseUrl: "http://localhost:11434/v1",
      api: "chat",
      group: "home",
    });
  });

  test("tokens of any shape are taken where the server is the user's own", () => {
    const own = addKey(documentOf({}), { token: "anything", baseUrl: "http://localhost:1" });
    expect(plain(own.document).keys.key).toEqual({
      token: "anything",
      type: "api-key",
      baseUrl: "http://localhost:1",
    });
    const shared = documentOf({ anthropicBaseUrl: "https://gw.example" });
    expect(addKey(shared, { token: "anything" }).id).toBe("key");
    expect(addKey(shared, { token: "sk-1234", provider: "anthropic" }).switchedFallbackOn).toBe(false);
    expect(() => addKey(shared, { token: "anything", provider: "openai" })).toThrow(CfError);
  });

  test("a JSON web token is a subscription's only where it goes to ChatGPT", () => {
    const webToken = "eyJhbGciOi.eyJzdWIi.c2ln";
    const add = (baseUrl?: string) =>
      plain(addKey(documentOf({}), { token: webToken, provider: "openai", baseUrl }).document).keys.openai;
    expect(add()).toMatchObject({ type: "oauth" });
    expect(add("https://gateway.example/v1")).toMatchObject({ type: "api-key" });
  });

  test("the same token is another key on another server or for the other provider", () => {
    const keys = {
      a: { token: "any", provider: "openai", baseUrl: "http://localhost:1/v1" },
      b: { token, type: "api-key" },
      c: { token: "sk-1" },
    };
    const document = documentOf({ keys });
    const onServer = (baseUrl: string): NewKey => ({ token: "any", provider: "openai", baseUrl });
    expect(addKey(document, { ...onServer("http://localhost:2/v1"), id: "new" }).id).toBe("new");
    expect(addKey(document, { token: "any", baseUrl: "http://localhost:1/v1", id: "new" }).id).toBe("new");
    expect(addKey(document, { token, baseUrl: "https://gateway.example", id: "new" }).id).toBe("new");
    for (const again of [
      onServer("http://localhost:1/v1/"),
      { token },
      { token: "sk-1", provider: "openai" } satisfies NewKey,
    ]) {
      expect(thrownBy(() => addKey(document, again)).code).toBe("duplicate_token");
    }
  });

  test("a token of no known kind leads to the base URL that it may belong to", () => {
    const error = thrownBy(() => addKey(documentOf({}), { token: "gsk_secret", provider: "openai" }));
    expect(error.hint).toContain("--base-url");
  });

  test("references are stored as they are, with their type left open", () => {
    expect(plain(addKey(documentOf({}), { token: "env:WORK_KEY" }).document).keys.key).toEqual({
      token: "env:WORK_KEY",
    });
  });

  const refused: [key: NewKey, code: string, exit: number, words: string][] = [
    [{ token: "" }, "invalid_token", 2, "empty"],
    [{ token: "sk-ant-api03-aaaa bbbb" }, "invalid_token", 2, "space"],
    [{ token: "nonsense-secret" }, "invalid_token", 2, "known kind"],
    [{ token: "sk-ant-admin01-secret" }, "invalid_token", 2, "admin key"],
    [{ token: "sk-proj-secret", provider: "anthropic" }, "invalid_token", 2, "OpenAI token"],
    [{ token: "sk-ant-oat01-secret", provider: "openai" }, "invalid_token", 2, "Anthropic token"],
    [{ token: `${token}\n` }, "duplicate_token", 1, '"a"'],
    [{ token: oauth, id: "a" }, "duplicate_id", 2, '"a"'],
    [{ token: oauth, id: "" }, "invalid_id", 2, "ASCII"],
    [{ token: oauth, id: "ä b" }, "invalid_id", 2, "ASCII"],
  ];
  test.each(refused)("refuses %j", (key, code, exit, words) => {
    const document = documentOf({ keys: { a: { token } } });
    const error = thrownBy(() => addKey(document, key));
    expect(error).toMatchObject({ code, exit });
    expect(error.message).toContain(words);
    expect(`${error.message} ${error.hint}`).not.toMatch(/secret|aaaa|bbbb/);
  });
});

describe("removeKey", () => {
  const config = {
    profiles: {
      default: { port: 4080, keyOrder: ["a", "b", "a"] },
      only: { port: 1, keyOrder: ["a"] },
      all: { port: 2, keyOrder: [] },
      absent: { port: 3 },
    },
    keys: { a: { token }, b: { token: oauth } },
    cooldownMs: 5,
  };

  test("takes the key out everywhere and says what that changes", () => {
    const { document, notices } = removeKey(documentOf(config), "a");
    expect(plain(document)).toEqual({
      profiles: {
        default: { port: 4080, keyOrder: ["b"] },
        only: { port: 1, keyOrder: [] },
        all: { port: 2, keyOrder: [] },
        absent: { port: 3 },
      },
      keys: { b: { token: oauth } },
      cooldownMs: 5,
    });
    expect(notices).toEqual(['The key order of profile "only" is now empty: the profile uses every key.']);
  });

  test("an unknown id gets a suggestion", () => {
    const document = documentOf({ keys: { personal: { token }, work: { token: oauth } } });
    const error = thrownBy(() => removeKey(document, "personl"));
    expect(error).toMatchObject({ code: "unknown_key", exit: 2, message: 'There is no key "personl".' });
    expect(error.hint).toBe('Did you mean "personal"?');
    expect(thrownBy(() => removeKey(document, "constructor")).hint).toBe("cf list-keys shows all keys.");
    expect(thrownBy(() => removeKey(documentOf({}), token)).message).toBe('There is no key "[redacted]".');
  });
});

test("setEnabled pauses and resumes, and leaves no trace of it", () => {
  const document = documentOf({ keys: { a: { token, label: "A" } } });
  const paused = setEnabled(document, "a", false);
  expect(plain(paused).keys.a).toEqual({ token, label: "A", enabled: false });
  expect(setEnabled(paused, "a", true)).toEqual(document);
  expect(setEnabled(document, "a", true)).toEqual(document);
  expect(thrownBy(() => setEnabled(document, "b", true)).code).toBe("unknown_key");
});

test("edits touch nothing else: adding and removing a key gives the document back", () => {
  const name = fc.oneof(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/),
    fc.constantFrom("__proto__", "1", "0", "個人"),
  );
  const orders = fc.option(fc.array(name, { maxLength: 3 }), { nil: undefined });
  const configs = fc.record({
    names: fc.uniqueArray(name, { maxLength: 4 }),
    orders: fc.array(orders, { maxLength: 3 }),
    rest: fc.record({ cooldownMs: fc.nat(), logLevel: fc.constant("debug") }, { requiredKeys: [] }),
  });
  fc.assert(
    fc.property(configs, fc.string(), ({ names, orders, rest }, label) => {
      const keys = new Map(names.map((id, index) => [id, { token: `env:KEY_${index}` }]));
      const profiles = new Map(
        orders.map((keyOrder, index) => [`p${index}`, { port: index + 1, ...(keyOrder && { keyOrder }) }]),
      );
      const document = documentOf({ ...rest, profiles, keys });
      const before = formatDocument(document);
      const added = addKey(document, { token, label });
      expect(loadDocument(added.document).config.keys.get(added.id)?.token).toBe(token);
      expect(names).not.toContain(added.id);
      expect(formatDocument(document)).toBe(before);
      // An order may have named the id before there was such a key; removing takes that out too.
      if (orders.some((order) => order?.includes(added.id))) return;
      expect(formatDocument(removeKey(added.document, added.id).document)).toBe(before);
      expect(formatDocument(setEnabled(setEnabled(added.document, added.id, false), added.id, true))).toBe(
        formatDocument(added.document),
      );
    }),
  );
});

function thrownBy(action: () => unknown): CfError {
  try {
    action();
  } catch (error) {
    if (error instanceof CfError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
