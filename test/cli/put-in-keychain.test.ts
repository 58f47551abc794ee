import { expect, test } from "bun:test";
import { putInKeychain } from "../../src/cli/put-in-keychain";
import { addKey } from "../../src/config/edit-keys";
import type { Keychain } from "../../src/config/secrets";
import { tokenFor } from "../support/test-token";

function makeKeychain(entries = new Map<string, string>()): Keychain & { entries: Map<string, string> } {
  return {
    entries,
    get: async ({ name }) => entries.get(name) ?? null,
    set: async ({ name, value }) => {
      entries.set(name, value);
    },
    delete: async ({ name }) => entries.delete(name),
  };
}

test("the token goes into the keychain, and only its name into the config", async () => {
  const keychain = makeKeychain();
  const token = tokenFor("alpha");
  const { key } = await putInKeychain({ token: ` ${token}\n`, label: "Work" }, new Map(), keychain);
  expect(keychain.entries).toEqual(new Map([["work", token]]));
  const { document, id } = addKey(new Map(), key);
  expect(id).toBe("work");
  expect(JSON.stringify([...document.values()])).not.toContain(token);
});

test("an entry that is there already, another home's perhaps, is left alone", async () => {
  const keychain = makeKeychain(new Map([["work", "theirs"]]));
  const { key } = await putInKeychain({ token: tokenFor("alpha"), label: "Work" }, new Map(), keychain);
  expect(key.token).toBe("keychain:work-2");
  expect(key.id).toBe("work");
  expect(keychain.entries.get("work")).toBe("theirs");
});

test("what kind of token it is stays known", async () => {
  const { key } = await putInKeychain({ token: tokenFor("sub", "oauth") }, new Map(), makeKeychain());
  expect(key).toMatchObject({ type: "oauth", provider: "anthropic" });
});

test("undo takes out what was put in", async () => {
  const keychain = makeKeychain();
  const kept = await putInKeychain({ token: tokenFor("alpha") }, new Map(), keychain);
  await kept.undo();
  expect(keychain.entries.size).toBe(0);
});

test("what is no token, or only names one, is refused before anything is kept", async () => {
  const keychain = makeKeychain();
  await expect(putInKeychain({ token: "hello" }, new Map(), keychain)).rejects.toThrow("not valid");
  await expect(putInKeychain({ token: "env:KEY" }, new Map(), keychain)).rejects.toThrow("kept already");
  expect(keychain.entries.size).toBe(0);
});

test("a keychain that does not answer is said, without the token", async () => {
  const token = tokenFor("alpha");
  const fail = () => Promise.reject(new Error(`no bus for ${token}`));
  const attempt = putInKeychain({ token }, new Map(), { get: fail, set: fail, delete: fail });
  await expect(attempt).rejects.toMatchObject({ code: "keychain_unavailable" });
  await expect(attempt).rejects.not.toThrow(token);
});
