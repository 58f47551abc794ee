// What the client hears when nothing is left to try (section 6 of the routing rules).
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { finalAnswer, type OwnAnswer } from "../../src/engine/final-answer";
import type { Attempt, RestReason } from "../../src/engine/types";
import { now } from "./header-reader";

const formatTime = (at: number) => new Date(at).toISOString().slice(11, 19);

function attempt(key: string, reason: RestReason, change: Partial<Attempt> = {}): Attempt {
  return {
    key,
    model: "claude-opus-4-6",
    provider: "anthropic",
    status: null,
    reason,
    words: reason,
    until: null,
    ms: 12,
    skipped: false,
    ...change,
  };
}

const limited = (key: string, ms: number, change: Partial<Attempt> = {}) =>
  attempt(key, "rate_limited", { status: 429, words: "rate limited", until: now + ms, ...change });
const rejected = (key: string, change: Partial<Attempt> = {}) =>
  attempt(key, "rejected", { status: 401, words: "rejected (401)", until: now + 300_000, ...change });

function own(attempts: Attempt[], keyCount = 2): OwnAnswer {
  const answer = finalAnswer({ attempts, models: ["claude-opus-4-6"], keyCount, now, formatTime });
  if (answer.kind !== "own") throw new Error("expected an answer of our own");
  return answer;
}

test("the example of the product contract", () => {
  const sonnet = { model: "claude-sonnet-4-6" };
  const answer = own([
    limited("personal", 42_000),
    rejected("work"),
    limited("personal", 42_000, sonnet),
    rejected("work", { ...sonnet, skipped: true }),
  ]);
  expect(answer.status).toBe(429);
  expect(answer.type).toBe("rate_limit_error");
  expect(answer.retryAfterSeconds).toBe(42);
  expect(answer.message).toBe(
    "All keys are cooling down for claude-opus-4-6, claude-sonnet-4-6. " +
      "personal: rate limited until 12:00:42; work: rejected (401). Next key is back in 42 s.",
  );
  expect(answer.attempts).toHaveLength(4);
  expect(answer.attempts[0]).toEqual({
    key: "personal",
    model: "claude-opus-4-6",
    status: 429,
    reason: "rate_limited",
    until: "2026-03-01T12:00:42.000Z",
  });
});

test("models are named in the order of the chain, though the fallback was asked and the asked one rested", () => {
  const answer = finalAnswer({
    attempts: [
      limited("k", 1000, { model: "claude-sonnet-4-6" }),
      limited("gpt", 1000, { model: "gpt-5.4" }),
      limited("k", 1000, { skipped: true }),
    ],
    models: ["claude-opus-4-6", "claude-sonnet-4-6"],
    keyCount: 2,
    now,
    formatTime,
  });
  expect(answer).toMatchObject({
    message: expect.stringContaining("for claude-opus-4-6, claude-sonnet-4-6, gpt-5.4."),
  });
});

test("models whose causes differ are named", () => {
  const answer = own([
    limited("k", 1000),
    attempt("k", "overloaded", { words: "overloaded (529)", model: "m2" }),
  ]);
  expect(answer.message).toContain("k: rate limited until 12:00:01 (claude-opus-4-6), overloaded (529) (m2)");
});

describe("retry-after", () => {
  test.each<[string, Attempt[], number]>([
    ["is rounded up to whole seconds", [limited("a", 1001)], 2],
    ["is at least one second", [limited("a", 1)], 1],
    ["is one second where nobody named a time", [limited("a", 0, { until: null })], 1],
    ["is the true earliest return", [limited("a", 90_000), limited("b", 7000, { skipped: true })], 7],
    [
      "counts an overload that passes earlier",
      [limited("a", 90_000), attempt("b", "overloaded", { until: now + 4000 })],
      4,
    ],
    ["does not count the re-check of a rejected key", [limited("a", 900_000), rejected("b")], 900],
    ["stays exact for days", [limited("a", 443_300_000)], 443_300],
  ])("%s", (_name, attempts, seconds) => {
    expect(own(attempts).retryAfterSeconds).toBe(seconds);
  });

  test("a rejected pool names none", () => {
    expect(own([rejected("a")]).retryAfterSeconds).toBeNull();
  });
});

describe("status by cause", () => {
  const rows: [string, Attempt[], number, string][] = [
    ["all limited", [limited("a", 1000), limited("b", 1000)], 429, "rate_limit_error"],
    ["all limited without a call", [limited("a", 1000, { skipped: true })], 429, "rate_limit_error"],
    ["all rejected", [rejected("a"), rejected("b")], 401, "authentication_error"],
    ["all without permission", [attempt("a", "no_permission", { status: 403 })], 401, "authentication_error"],
    ["all overloaded", [attempt("a", "overloaded", { status: 529 })], 529, "overloaded_error"],
    ["resting after an overload", [attempt("a", "overloaded", { skipped: true })], 529, "overloaded_error"],
    ["all failing", [attempt("a", "server_error", { status: 503 })], 502, "api_error"],
    ["resting after a 500", [attempt("a", "server_error", { skipped: true })], 502, "api_error"],
    ["network down", [attempt("a", "network"), attempt("b", "network")], 502, "api_error"],
    ["no credit", [attempt("a", "no_credit", { status: 400 })], 402, "billing_error"],
    ["all paused", [attempt("a", "disabled", { skipped: true })], 401, "authentication_error"],
    ["token missing", [attempt("a", "token_missing", { skipped: true })], 401, "authentication_error"],
    ["no access, known from before", [attempt("a", "no_access", { skipped: true })], 404, "not_found_error"],
    [
      "a limit beats everything",
      [attempt("a", "network"), rejected("b"), attempt("c", "overloaded"), limited("d", 1)],
      429,
      "rate_limit_error",
    ],
    [
      "an overload beats a rejected key",
      [rejected("a"), attempt("b", "overloaded")],
      529,
      "overloaded_error",
    ],
    [
      "a failing upstream beats a rejected key",
      [rejected("a"), attempt("b", "server_error")],
      502,
      "api_error",
    ],
    [
      "a rejected key beats the network",
      [attempt("a", "network"), rejected("b")],
      401,
      "authentication_error",
    ],
    [
      "a paused key hides nothing",
      [attempt("a", "disabled", { skipped: true }), attempt("b", "network")],
      502,
      "api_error",
    ],
  ];

  test.each(rows)("%s", (_name, attempts, status, type) => {
    const answer = own(attempts);
    expect([answer.status, answer.type]).toEqual([status, type]);
    for (const { key } of attempts) expect(answer.message).toContain(`${key}: `);
  });
});

test("no key configured names the command", () => {
  const answer = own([], 0);
  expect([answer.status, answer.type]).toEqual([401, "authentication_error"]);
  expect(answer.message).toContain("cf add-key");
});

describe("a model that no key may use", () => {
  const refused = attempt("a", "no_access", { status: 404 });
  const answerTo = (attempts: Attempt[]) =>
    finalAnswer({ attempts, models: ["claude-opus-4-6"], keyCount: 2, now, formatTime });

  test("the upstream's own 404 is delivered", () => {
    expect(answerTo([refused, { ...refused, key: "b" }])).toEqual({ kind: "upstream", attempt: 1 });
    expect(answerTo([refused, { ...refused, key: "b", skipped: true }])).toEqual({
      kind: "upstream",
      attempt: 0,
    });
  });

  test("a paused key does not stand in its way", () => {
    expect(answerTo([refused, attempt("b", "disabled", { skipped: true })])).toEqual({
      kind: "upstream",
      attempt: 0,
    });
  });

  test("not while another key is only limited", () => {
    expect(answerTo([refused, limited("b", 1000)]).kind).toBe("own");
  });
});

test("only what is known last of a key and model counts", () => {
  const answer = own([limited("a", 1000), attempt("a", "overloaded", { status: 529 })]);
  expect(answer.status).toBe(529);
  expect(answer.attempts).toHaveLength(1);
});

test("whatever happened, the client never gets a 403, and always hears about each key", () => {
  const reasons: RestReason[] = [
    "rate_limited",
    "overloaded",
    "server_error",
    "network",
    "rejected",
    "no_permission",
    "no_credit",
    "disabled_upstream",
    "no_access",
    "disabled",
    "token_missing",
  ];
  const attempts = fc.array(
    fc.record({
      key: fc.constantFrom("a", "b", "c"),
      reason: fc.constantFrom(...reasons),
      model: fc.constantFrom("opus", "sonnet", "constructor"),
      status: fc.constantFrom(null, 401, 403, 404, 429, 500, 529),
      until: fc.oneof(fc.constant(null), fc.integer({ min: now - 9000, max: now + 9_000_000 })),
      skipped: fc.boolean(),
    }),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(attempts, (list) => {
      const all = list.map(({ key, reason, ...change }) => attempt(key, reason, change));
      const answer = finalAnswer({ attempts: all, models: ["opus"], keyCount: 3, now, formatTime });
      if (answer.kind === "upstream") {
        expect(all[answer.attempt]).toMatchObject({ reason: "no_access", skipped: false });
        return;
      }
      expect([401, 402, 404, 429, 502, 529]).toContain(answer.status);
      if (answer.status === 429) expect(answer.retryAfterSeconds).toBeGreaterThanOrEqual(1);
      for (const { key } of all) expect(answer.message).toContain(`${key}: `);
    }),
  );
});

describe("a request that is too long for every target", () => {
  const tooLong = (key: string, tokens: number, limit: number, change: Partial<Attempt> = {}) =>
    attempt(key, "unsuitable", { skipped: true, overflow: { tokens, limit }, ...change });

  test("says so in the words on which clients compact the conversation", () => {
    const answer = own([tooLong("gpt", 150_000, 128_000), tooLong("big", 300_000, 272_000)]);
    expect(answer.status).toBe(400);
    expect(answer.type).toBe("invalid_request_error");
    expect(answer.message).toBe("prompt is too long: 300000 tokens > 272000 maximum");
    expect(answer.retryAfterSeconds).toBeNull();
    expect(answer.attempts).toHaveLength(2);
  });

  test("not where another target cannot take it for another reason, or a limit will pass", () => {
    const unsuitable = attempt("files", "unsuitable", { skipped: true, words: "no files" });
    expect(own([tooLong("gpt", 150_000, 128_000), unsuitable]).message).toStartWith("No key can take");
    expect(own([limited("personal", 42_000), tooLong("gpt", 150_000, 128_000)]).status).toBe(429);
  });
});
