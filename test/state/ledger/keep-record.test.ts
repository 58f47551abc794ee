import { describe, expect, test } from "bun:test";
import { findPrice } from "../../../src/engine/prices";
import { noUsage } from "../../../src/proxy/usage";
import { BatchBuilder } from "../../../src/state/ledger/batch-builder";
import { keepRecord } from "../../../src/state/ledger/keep-record";
import { kindOf, productOf } from "../../../src/state/ledger/kinds";
import { rowsOf } from "../../../src/state/ledger/row-batch";
import type { RequestRow } from "../../../src/state/ledger/types";
import type { RequestRecord } from "../../../src/state/record";
import { attemptOf, requestRecord } from "../../support/request-records";
import { tokenFor } from "../../support/test-token";

const limited = attemptOf({
  key: "omega",
  status: 429,
  reason: "rate_limited",
  words: "rate limited",
  until: 5000,
});

function rowOf(changes: Partial<RequestRecord> = {}): RequestRow {
  const batch = new BatchBuilder(1);
  const record = requestRecord(changes);
  const priceOf = (model: string) => findPrice(model, new Map());
  keepRecord(batch, record, kindOf(record, priceOf), priceOf);
  return rowsOf(batch.take())[0] as RequestRow;
}

describe("how a request was served", () => {
  test.each<[string, Partial<RequestRecord>, string]>([
    ["at once", {}, "asked"],
    [
      "after a retry of the same key",
      { attempts: [attemptOf({ status: 529, reason: "overloaded" }), attemptOf()] },
      "asked",
    ],
    ["by the next key", { attempts: [limited, attemptOf()] }, "rotated"],
    [
      "by the next key, the first one resting",
      { attempts: [{ ...limited, skipped: true }, attemptOf()] },
      "rotated",
    ],
    [
      "beside a paused key",
      { attempts: [attemptOf({ key: "omega", reason: "disabled", skipped: true }), attemptOf()] },
      "asked",
    ],
    ["by another model", { modelServed: "claude-sonnet-4-6" }, "fell_back"],
    ["with an error", { state: "error", status: 400 }, "failed"],
    [
      "by our own error",
      { state: "error", status: 429, key: null, modelServed: null, provider: null },
      "failed",
    ],
    ["in part", { state: "truncated" }, "failed"],
    [
      "without a key, which lists models too",
      { endpoint: "models", key: null, provider: null, modelAsked: "", modelServed: null, attempts: [] },
      "asked",
    ],
    [
      "passed through by the next key",
      {
        endpoint: "other",
        modelAsked: "",
        modelServed: null,
        attempts: [
          { ...limited, model: "" },
          { ...attemptOf(), model: "" },
        ],
      },
      "rotated",
    ],
    ["until the client left", { state: "cancelled", status: 499 }, "cancelled"],
  ])("%s", (_name, changes, service) => {
    expect(rowOf(changes).service).toBe(service as ReturnType<typeof rowOf>["service"]);
  });
});

test("tokens: writes for five minutes are what is left of all writes", () => {
  const usage = { ...noUsage(), inputTokens: 1, cacheWriteTokens: 30, cacheWrite1hTokens: 20 };
  expect(rowOf({ usage }).tokens).toMatchObject({ cacheWrite5m: 10, cacheWrite1h: 20 });
  expect(rowOf({ usage: { ...usage, cacheWrite1hTokens: null } }).tokens.cacheWrite5m).toBe(30);
  expect(rowOf({ usage: { ...usage, cacheWriteTokens: 5 } }).tokens.cacheWrite5m).toBe(0);
});

test("cost is that of the model that served; none without tokens, none without a price", () => {
  expect(rowOf().costUsd).toBeCloseTo((10 * 5 + 20 * 25) / 1e6, 12);
  expect(rowOf({ modelServed: "claude-haiku-4-5" }).costUsd).toBeCloseTo((10 + 20 * 5) / 1e6, 12);
  expect(rowOf({ usage: noUsage() }).costUsd).toBeNull();
  expect(rowOf({ modelServed: "unheard-of" }).costUsd).toBeNull();
  expect(rowOf({ usage: { ...noUsage(), inputTokens: 0, outputTokens: 0 } }).costUsd).toBe(0);
});

test("what was used beside an answer counts, each part at the price of its model, and unknown if one of them is", () => {
  const part = {
    inputTokens: 1000,
    outputTokens: 100,
    cacheReadTokens: 0,
    cacheWriteTokens: 30,
    cacheWrite1hTokens: 20,
  };
  const usage = {
    ...noUsage(),
    inputTokens: 10,
    outputTokens: 20,
    beside: [
      { ...part, model: null },
      { ...part, model: "claude-haiku-4-5" },
    ],
  };
  const row = rowOf({ usage });
  expect(row.tokens).toEqual({
    input: 2010,
    output: 220,
    cacheRead: null,
    cacheWrite5m: 20,
    cacheWrite1h: 40,
    reasoning: null,
    estimated: false,
  });
  const opusUsd = (1010 * 5 + 120 * 25 + 10 * 6.25 + 20 * 10) / 1e6;
  const haikuUsd = (1000 * 1 + 100 * 5 + 10 * 1.25 + 20 * 2) / 1e6;
  expect(row.costUsd).toBeCloseTo(opusUsd + haikuUsd, 12);
  expect(rowOf({ usage: { ...usage, beside: [{ ...part, model: "unheard-of" }] } }).costUsd).toBeNull();
  expect(rowOf({ usage: { ...usage, beside: [] } }).costUsd).toBeCloseTo((10 * 5 + 20 * 25) / 1e6, 12);
});

test("times are whole milliseconds", () => {
  expect(rowOf()).toMatchObject({
    queuedMs: 0,
    firstByteMs: 13,
    totalMs: 100,
    at: "1970-01-01T00:00:01.000Z",
  });
});

test.each([
  ["claude-cli/2.1.330 (external, cli)", "claude-cli/2.1.330"],
  ["Anthropic/JS 1.12.0", "Anthropic/JS"],
  ["", "unknown"],
  [" leading", "unknown"],
  ["ünïcode/1", "unknown"],
  ["a".repeat(500), "a".repeat(64)],
])("the product of %p", (userAgent, product) => {
  expect(productOf(userAgent)).toBe(product);
});

test("what clients and upstreams write is bounded, one line, and without tokens", () => {
  const token = tokenFor("alpha");
  const row = rowOf({
    modelAsked: `${"m".repeat(5000)}`,
    modelServed: `a\nb ${token}`,
    client: `${token} x`,
    target: `GET /v1/${token}/${"p".repeat(5000)}`,
    refusal: `x-cf-key: no key\n"${token}" ${"r".repeat(5000)}`,
    attempts: [
      attemptOf({ reason: "request_error", status: 400, words: `refused: ${token} ${"x".repeat(5000)}` }),
    ],
  });
  expect(row.modelAsked.length).toBeLessThanOrEqual(128);
  expect(row.modelServed).not.toContain("\n");
  expect(row.attempts[0]?.words.length).toBeLessThanOrEqual(500);
  expect(row.target?.length).toBe(200);
  expect(row.refusal).toMatch(/^x-cf-key: no key "\[redacted\]" r+$/);
  expect(row.refusal?.length).toBe(500);
  expect(JSON.stringify(row)).not.toContain(token);
});
