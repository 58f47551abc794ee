import { describe, expect, test } from "bun:test";
import { type Keychain, keychainService, resolveSecret, storeInKeychain } from "../../src/config/secrets";

const token = "sk-ant-api03-aaaaaaaaaaaaaaaaaaaa";

function keychainOf(entries: Map<string, string>): Keychain {
  const nameOf = (entry: { service: string; name: string }) => `${entry.service}/${entry.name}`;
  return {
    get: async (entry) => entries.get(nameOf(entry)) ?? null,
    set: async (entry) => {
      entries.set(nameOf(entry), entry.value);
    },
    delete: async (entry) => entries.delete(nameOf(entry)),
  };
}

const broken: Keychain = {
  get: () =>
    Promise.reject(Object.assign(new Error(`no bus for ${token}`), { code: "ERR_SECRETS_PLATFORM_ERROR" })),
  set: () => Promise.reject(new Error(`no bus for ${token}`)),
  delete: () => Promise.reject(new Error(`no bus for ${token}`)),
};

test("a plain token is itself", async () => {
  expect(await resolveSecret(token, {})).toEqual({ ok: true, token });
});

describe("env:NAME", () => {
  test("is read at each use", async () => {
    const env: Record<string, string> = { KEY: "first" };
    expect(await resolveSecret("env:KEY", env)).toEqual({ ok: true, token: "first" });
    env.KEY = " second\n";
    expect(await resolveSecret("env:KEY", env)).toEqual({ ok: true, token: "second" });
  });

  test.each([
    [{}, "the variable KEY is not set"],
    [{ KEY: "" }, "the variable KEY is empty"],
    [{ KEY: " \n" }, "the variable KEY is empty"],
    [
      { KEY: `${token}\n${token}` },
      "in the variable KEY, the token has a space or line break inside; it was probably not copied whole",
    ],
  ])("%#", async (env, reason) => {
    expect(await resolveSecret("env:KEY", env)).toEqual({ ok: false, reason });
  });
});

describe("keychain:NAME", () => {
  test("is stored and found under the name", async () => {
    const entries = new Map<string, string>();
    await storeInKeychain("work", token, keychainOf(entries));
    expect([...entries]).toEqual([[`${keychainService}/work`, token]]);
    expect(await resolveSecret("keychain:work", {}, keychainOf(entries))).toEqual({ ok: true, token });
  });

  test("a missing entry names itself", async () => {
    expect(await resolveSecret("keychain:work", {}, keychainOf(new Map()))).toEqual({
      ok: false,
      reason: 'the keychain entry "work" does not exist',
    });
  });

  test("a system without a keychain is told as such, without any token", async () => {
    expect(await resolveSecret("keychain:work", {}, broken)).toEqual({
      ok: false,
      reason: "no keychain answers on this system (ERR_SECRETS_PLATFORM_ERROR)",
    });
    const attempt = storeInKeychain("work", token, broken);
    await expect(attempt).rejects.toMatchObject({
      code: "keychain_unavailable",
      message: "No keychain answers on this system.",
    });
  });
});
