// The config in force, with the file in a folder of the test and secrets that answer when the test likes.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isJsonObject, toJsonValue } from "../../src/config/document";
import { readConfig } from "../../src/config/file";
import { type Paths, resolvePaths } from "../../src/config/paths";
import { CfError } from "../../src/errors";
import { LiveConfig } from "../../src/server/live-config";
import type { ResolvedConfig, ResolvedToken } from "../../src/server/runtime";
import type { ResolveToken } from "../../src/server/secret-reader";
import { until } from "../support/gate";

setDefaultTimeout(30_000);

const token = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIII1234";
const config = { keys: { work: { token } }, cooldownMs: 1 };

let paths: Paths;
let adopted: ResolvedConfig[];
let announced: number;
let bugs: unknown[];
let repaired: string[];
let live: LiveConfig | null;

beforeEach(async () => {
  paths = resolvePaths({ CF_HOME: await mkdtemp(join(tmpdir(), "cf-live-")) });
  adopted = [];
  announced = 0;
  bugs = [];
  repaired = [];
  live = null;
});
afterEach(async () => {
  live?.close();
  await chmod(paths.home, 0o700);
  await rm(paths.home, { recursive: true, force: true });
  expect(bugs).toEqual([]);
});

const write = (content: unknown) =>
  writeFile(paths.config, typeof content === "string" ? content : JSON.stringify(content), { mode: 0o600 });

async function begin(content: unknown, resolveToken: ResolveToken = async (key) => ({ token: key.token })) {
  if (content !== null) await write(content);
  const loaded = await readConfig(paths);
  live = new LiveConfig({
    paths,
    loaded,
    tokens: new Map([...loaded.config.keys].map(([id, key]) => [id, { token: key.token }])),
    lateTokens: null,
    resolveToken,
    adopt: (next) => adopted.push(next),
    announce: () => {
      announced += 1;
    },
    onRepaired: (warnings) => repaired.push(...warnings.map(({ title }) => title)),
    reportBug: (error) => bugs.push(error),
  });
  return live;
}

const cooldowns = () => adopted.map((next) => next.config.cooldownMs);

async function failure(made: Promise<unknown>): Promise<string> {
  try {
    await made;
  } catch (error) {
    if (error instanceof CfError) return error.code;
    throw error;
  }
  return "none";
}

function patchOf(value: unknown) {
  const patch = toJsonValue(value);
  if (!isJsonObject(patch)) throw new Error("no patch");
  return { edit: "patch", patch } as const;
}

test.skipIf(process.platform === "win32")(
  "a file that was opened to others is closed again, each time it was",
  async () => {
    const followed = await begin(config);
    followed.watch();
    const mode = async () => (await stat(paths.config)).mode & 0o777;
    for (const times of [1, 2]) {
      await chmod(paths.config, 0o644);
      await until(
        "it is closed, and told",
        async () => (await mode()) === 0o600 && repaired.length === times,
      );
      await followed.reload();
    }
    expect(repaired[0]).toContain(`could get at ${paths.config} (mode 0644)`);
    expect(followed.warnings).toEqual([]);
    expect(adopted).toEqual([]);
  },
);

test.skipIf(process.platform === "win32")("a broken file is closed to others as well", async () => {
  const followed = await begin(config);
  await write("{");
  await chmod(paths.config, 0o604);
  await followed.reload();
  expect((await stat(paths.config)).mode & 0o777).toBe(0o600);
  expect(repaired).toHaveLength(1);
});

test("a reload of what is in force does nothing", async () => {
  const followed = await begin(config);
  await followed.reload();
  expect([adopted, announced]).toEqual([[], 0]);
});

test("ten edits and reloads in a burst end with the last one", async () => {
  const followed = await begin(config);
  const reloads = [];
  for (let edit = 2; edit <= 11; edit += 1) {
    await write({ ...config, cooldownMs: edit });
    reloads.push(followed.reload());
  }
  await Promise.all(reloads);
  expect(cooldowns().at(-1)).toBe(11);
  expect(followed.loaded.config.cooldownMs).toBe(11);
});

test("without a file it begins with the defaults; a file that appears is taken over", async () => {
  const followed = await begin(null);
  await followed.reload();
  expect([followed.error, adopted]).toEqual([null, []]);
  await write(config);
  await followed.reload();
  expect(cooldowns()).toEqual([1]);
});

test("a fault is told once, another one again, and mending it once", async () => {
  const followed = await begin(config);
  await write("{");
  await followed.reload();
  await followed.reload();
  expect([followed.error?.line, announced]).toEqual([1, 1]);
  await write({ cooldownMs: "soon" });
  await followed.reload();
  expect([followed.error?.path, announced]).toEqual(["cooldownMs", 2]);
  await write(config);
  await followed.reload();
  expect([followed.error, announced, adopted]).toEqual([null, 3, []]);
});

test("a moment without a file, or with half of it, is no fault", async () => {
  const followed = await begin(config);
  await rm(paths.config);
  const first = followed.reload();
  await write(config);
  await first;
  await write(JSON.stringify({ ...config, cooldownMs: 7 }).slice(0, 20));
  const second = followed.reload();
  await write({ ...config, cooldownMs: 7 });
  await second;
  expect([followed.error, cooldowns(), announced]).toEqual([null, [7], 1]);
});

test("a path that is no file is a fault in words", async () => {
  const followed = await begin(config);
  await rm(paths.config);
  await mkdir(paths.config);
  await followed.reload();
  expect(followed.error?.message).toContain("it is a folder");
  expect(followed.loaded.config.cooldownMs).toBe(1);
});

test("the watch sees what was changed before it began, and every way to write", async () => {
  const followed = await begin(config);
  await write({ ...config, cooldownMs: 2 });
  followed.watch();
  await until("before", () => cooldowns().at(-1) === 2);
  await write({ ...config, cooldownMs: 3 });
  await until("in place", () => cooldowns().at(-1) === 3);
  await writeFile(`${paths.config}.x`, JSON.stringify({ ...config, cooldownMs: 4 }));
  await rename(`${paths.config}.x`, paths.config);
  await until("renamed over", () => cooldowns().at(-1) === 4);
  await rm(paths.config);
  await until("deleted", () => followed.error !== null);
  await write({ ...config, cooldownMs: 5 });
  await until("made anew", () => cooldowns().at(-1) === 5 && followed.error === null);
});

test("the watch outlives its folder", async () => {
  const followed = await begin(config);
  followed.watch();
  await rename(paths.home, `${paths.home}-away`);
  await until("gone", () => followed.error !== null);
  await rename(`${paths.home}-away`, paths.home);
  await until("back", () => followed.error === null);
  await write({ ...config, cooldownMs: 9 });
  await until("followed", () => cooldowns().at(-1) === 9);
});

test("changes come one after the other, and each is in force before its answer", async () => {
  const followed = await begin(config);
  const made = await Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      const change = await followed.change(patchOf({ modelFallback: { [`m${number}`]: "n" } }), null);
      expect(adopted.at(-1)?.config.modelFallback.has(`m${number}`)).toBe(true);
      return change.hash;
    }),
  );
  expect(new Set(made).size).toBe(8);
  expect((await readConfig(paths)).config.modelFallback.size).toBe(8);
});

test("a change that says nothing new writes nothing and cannot be taken back", async () => {
  const followed = await begin(config);
  const { undo, hash } = await followed.change(patchOf({ cooldownMs: 1 }), null);
  expect([undo, hash, adopted]).toEqual([null, followed.loaded.hash, []]);
});

test("a change on top of a hand edit keeps both", async () => {
  const followed = await begin(config);
  await write({ ...config, queueWaitMs: 5 });
  await followed.change(patchOf({ cooldownMs: 2 }), null);
  expect(followed.loaded.config).toMatchObject({ queueWaitMs: 5, cooldownMs: 2 });
});

test("a change for another state of the file is stale, also for one that nobody has seen yet", async () => {
  const followed = await begin(config);
  const { hash } = followed.loaded;
  await write({ ...config, queueWaitMs: 5 });
  expect(await failure(followed.change(patchOf({ cooldownMs: 2 }), hash))).toBe("config_stale");
  expect((await readConfig(paths)).config.cooldownMs).toBe(1);
});

test("after a deletion the hash of what is in force still counts", async () => {
  const followed = await begin(config);
  await rm(paths.config);
  const { notices } = await followed.change(patchOf({ cooldownMs: 2 }), followed.loaded.hash);
  expect(notices).toHaveLength(1);
  expect((await readConfig(paths)).config.keys.get("work")?.token).toBe(token);
});

test("a change that fails leaves the next one alone", async () => {
  const followed = await begin(config);
  expect(await failure(followed.change({ edit: "remove-key", id: "nobody" }, null))).toBe("unknown_key");
  expect(await failure(followed.change(patchOf({ cooldownMs: -1 }), null))).toBe("config_invalid");
  await followed.change(patchOf({ cooldownMs: 3 }), null);
  expect(followed.loaded.config.cooldownMs).toBe(3);
});

/** Keychain entries that answer when the test says so; everything else at once. */
function slowKeychain() {
  const answers = new Map<string, PromiseWithResolvers<ResolvedToken>>();
  const find = (name: string) => {
    const answer = answers.get(name) ?? Promise.withResolvers<ResolvedToken>();
    answers.set(name, answer);
    return answer;
  };
  const resolve: ResolveToken = async (key) =>
    key.token.startsWith("keychain:") ? find(key.token).promise : { token: key.token };
  return {
    resolve,
    answer: (name: string, answer: ResolvedToken) => find(`keychain:${name}`).resolve(answer),
  };
}

const tokenOf = (id: string) => adopted.at(-1)?.tokens.get(id);

test("a keychain that is slow holds nothing up, and its token comes in later", async () => {
  const keychain = slowKeychain();
  const followed = await begin(config, keychain.resolve);
  await followed.change(patchOf({ keys: { slow: { token: "keychain:slow" } } }), null);
  expect(tokenOf("work")).toEqual({ token });
  expect(tokenOf("slow")).toEqual({ missing: "its keychain has not answered yet" });
  expect(followed.warnings.map(({ code }) => code)).toContain("token_missing");
  keychain.answer("slow", { token: "secret" });
  await until("the token", () => Bun.deepEquals(tokenOf("slow"), { token: "secret" }));
  expect(followed.warnings.map(({ code }) => code)).not.toContain("token_missing");
});

test("looking at the file meanwhile does not lose a late answer", async () => {
  const keychain = slowKeychain();
  const followed = await begin(config, keychain.resolve);
  await followed.change(patchOf({ keys: { slow: { token: "keychain:slow" } } }), null);
  await followed.reload();
  keychain.answer("slow", { token: "secret" });
  await until("the token", () => Bun.deepEquals(tokenOf("slow"), { token: "secret" }));
});

test("a late answer for a config that is gone changes nothing", async () => {
  const keychain = slowKeychain();
  const followed = await begin(config, keychain.resolve);
  await followed.change(patchOf({ keys: { slow: { token: "keychain:slow" } } }), null);
  await followed.change({ edit: "remove-key", id: "slow" }, null);
  const { length } = adopted;
  keychain.answer("slow", { token: "secret" });
  await followed.reload();
  expect([adopted.length, adopted.at(-1)?.tokens.has("slow")]).toEqual([length, false]);
});

test("a keychain that does not answer again leaves the token that it gave before", async () => {
  const content = { keys: { slow: { token: "keychain:slow" } } };
  const keychain = slowKeychain();
  const followed = await begin(content, keychain.resolve);
  await followed.change(patchOf({ cooldownMs: 2 }), null);
  expect(tokenOf("slow")).toEqual({ token: "keychain:slow" });
});

test("secrets are read again when asked for, and only then adopted when they differ", async () => {
  let answer: ResolvedToken = { token: "keychain:work" };
  const followed = await begin({ keys: { work: { token: "keychain:work" } } }, async () => answer);
  await followed.readSecrets();
  expect(adopted).toEqual([]);
  answer = { missing: "the keychain entry is gone" };
  await followed.readSecrets();
  expect(tokenOf("work")).toEqual(answer);
  expect(followed.warnings.map(({ remedy }) => remedy).join()).toContain("cf resume-key work");
});
