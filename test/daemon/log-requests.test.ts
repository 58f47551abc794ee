// One line for each request, in its place among the others, and as short as what there is to tell.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogFile } from "../../src/daemon/log-file";
import { logRequests } from "../../src/daemon/log-requests";
import { RequestBus } from "../../src/state/bus";
import { Ledger } from "../../src/state/ledger/ledger";
import type { LogLevel } from "../../src/state/log/log-entry";
import type { RequestRecord } from "../../src/state/record";
import { attemptOf, requestRecord } from "../support/request-records";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cf-log-"));
});
afterEach(() => rm(folder, { recursive: true }));

const fail = (error: unknown): never => {
  throw error;
};

function open(level: LogLevel = "info") {
  const path = join(folder, "cf.log");
  const log = new LogFile({ path, level, maxSize: 1_000_000, redact: (text) => text, onTrouble: fail });
  const bus = new RequestBus(fail);
  const ledger = new Ledger({ now: Date.now, priceOf: () => null, reportBug: fail });
  logRequests({ bus, ledger }, log);
  const read = async (): Promise<Record<string, unknown>[]> => {
    await log.flush();
    const text = await readFile(path, "utf8").catch(() => "");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  };
  return { log, bus, ledger, read };
}

async function lineOf(changes: Partial<RequestRecord>): Promise<Record<string, unknown> | undefined> {
  const { ledger, read } = open();
  ledger.add(requestRecord(changes));
  return (await read())[0];
}

const opus = "claude-opus-4-6";
const shared = { message: "request", id: "req_cf_1", profile: "default", model: opus };

test("a request that was served at once is told without its trail", async () => {
  expect(await lineOf({})).toEqual({
    time: "1970-01-01T00:00:01.100Z",
    level: "info",
    ...shared,
    endpoint: "messages",
    served: opus,
    key: "alpha",
    status: 200,
    state: "complete",
    queuedMs: 0,
    ms: 100,
  });
});

test("one that nobody served is a warning, with every attempt", async () => {
  const limited = attemptOf({ status: 429, reason: "rate_limited", words: "rate limited" });
  const unserved = { key: null, modelServed: null, provider: null } as const;
  const refusal = "All keys are rate limited.";
  const line = await lineOf({ ...unserved, status: 429, state: "error", attempts: [limited], refusal });
  const attempts = [
    { key: "alpha", model: opus, status: 429, reason: "rate_limited", words: "rate limited", ms: 40 },
  ];
  expect(line).toMatchObject({ level: "warn", ...shared, served: null, key: null, status: 429, attempts });
  // The attempts tell it.
  expect(line).not.toHaveProperty("error");
});

test("one that was refused before any key was asked says why", async () => {
  const unserved = { key: null, modelServed: null, provider: null, attempts: [] };
  const line = await lineOf({
    ...unserved,
    status: 400,
    state: "error",
    refusal: 'model: "x" is "no" model',
  });
  expect(line).toMatchObject({ level: "warn", attempts: [], error: 'model: "x" is "no" model' });
});

test("one that is passed through says what was asked for", async () => {
  const line = await lineOf({
    endpoint: "other",
    target: "GET /v1/files",
    modelAsked: "",
    modelServed: null,
  });
  expect(line).toMatchObject({ endpoint: "other", target: "GET /v1/files", model: "", served: null });
});

test("one that was cut off is a warning", async () => {
  expect(await lineOf({ state: "truncated" })).toMatchObject({ level: "warn", state: "truncated" });
});

test("a key that was passed over does not look as if it had been asked", async () => {
  const limited = { key: "spare", status: 429, reason: "rate_limited", words: "rate limited" } as const;
  const line = await lineOf({ attempts: [attemptOf({ ...limited, skipped: true, ms: 0 }), attemptOf()] });
  expect(line?.attempts).toEqual([
    { ...limited, model: opus, skipped: true },
    { key: "alpha", model: opus, status: 200, reason: "ok", words: "ok", ms: 40 },
  ]);
});

test("whatever a client calls its model, a line is a line", async () => {
  const line = await lineOf({ modelAsked: 'gpt"\n\\\u2028{}', profile: 'a"b' });
  expect(line).toMatchObject({ profile: 'a"b', model: 'gpt" \\ {}' });
});

test("lines stand in the order in which things happened", async () => {
  const { log, bus, ledger, read } = open();
  ledger.add(requestRecord({ id: "req_cf_1" }));
  ledger.add(requestRecord({ id: "req_cf_2", state: "truncated" }));
  log.log("info", "the config was read again");
  ledger.add(requestRecord({ id: "req_cf_3" }));
  const learnt = { id: "req_cf_4", baseUrl: "http://127.0.0.1:1", model: "m", lessons: ["no temperature"] };
  bus.ends.emit({ type: "learnt", ...learnt });
  ledger.add(requestRecord({ id: "req_cf_4" }));
  const lines = await read();
  expect(lines[4]).toMatchObject({ level: "info", message: "learnt about a server", ...learnt });
  const told = lines.map(({ message, id }) => id ?? message);
  expect(told).toEqual([
    "req_cf_1",
    "req_cf_2",
    "the config was read again",
    "req_cf_3",
    "req_cf_4",
    "req_cf_4",
  ]);
});

test("what is below the level is left out", async () => {
  const { ledger, read } = open("warn");
  ledger.add(requestRecord({ id: "req_cf_1" }));
  ledger.add(requestRecord({ id: "req_cf_2", state: "truncated" }));
  expect((await read()).map(({ id }) => id)).toEqual(["req_cf_2"]);
});
