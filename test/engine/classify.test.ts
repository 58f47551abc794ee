// Every line of the outcome table (section 2 of the routing rules), with headers and bodies in recorded shapes.
import { describe, expect, test } from "bun:test";
import { classify } from "../../src/engine/classify";
import type { ClassifyContext, Outcome, Rest, UnreachableCause, Verdict } from "../../src/engine/types";
import { at, headersOf, now } from "./header-reader";

const opus = "claude-opus-4-6";
const key: Rest["scope"] = { kind: "key" };
const model: Rest["scope"] = { kind: "model", model: opus };
const family: Rest["scope"] = { kind: "family", family: "opus" };
const counting: Rest["scope"] = { kind: "count_tokens" };
const seconds = (count: number) => String(now / 1000 + count);

const base: ClassifyContext = {
  now,
  chance: 0.5,
  provider: "anthropic",
  keyType: "api-key",
  endpoint: "messages",
  model: opus,
  retries: 0,
  deadline: now + 600_000,
  conversationMoved: false,
  thinkingRemoved: false,
};
const exhausted: Partial<ClassifyContext> = { retries: 2 };
const oauth: Partial<ClassifyContext> = { keyType: "oauth" };
const count: Partial<ClassifyContext> = { endpoint: "count_tokens" };
const openai: Partial<ClassifyContext> = { provider: "openai" };

function answer(status: number, error: object, headers: Record<string, string> = {}): Outcome {
  const body = JSON.stringify({ type: "error", error, request_id: "req_011" });
  return {
    kind: "error",
    status,
    headers: headersOf({ "content-type": "application/json", ...headers }),
    body,
    inStream: false,
  };
}

function firstEvent(type: string, message = "x"): Outcome {
  const body = JSON.stringify({ type: "error", error: { type, message } });
  return { kind: "error", status: 200, headers: headersOf(), body, inStream: true };
}

function html(status: number): Outcome {
  const body = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>";
  const headers = headersOf({ "content-type": "text/html; charset=UTF-8" });
  return { kind: "error", status, headers, body, inStream: false };
}

function unreachable(cause: UnreachableCause, stale = false): Outcome {
  return { kind: "unreachable", cause, message: "x", stale };
}

function success(headers: Record<string, string> = {}): Outcome {
  return { kind: "success", status: 200, headers: headersOf(headers) };
}

const rateLimit = (headers: Record<string, string> = {}, details?: object) =>
  answer(
    429,
    { type: "rate_limit_error", message: "Number of requests has exceeded your limit", ...details },
    headers,
  );
const invalid = (message: string, details?: object) =>
  answer(400, { type: "invalid_request_error", message, ...(details && { details }) });

const unified = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`anthropic-ratelimit-unified-${name}`, value]),
  );

type Expected = Pick<Verdict, "action" | "reason"> & { rests?: Rest[]; delayMs?: number };
interface Row {
  name: string;
  outcome: Outcome;
  context?: Partial<ClassifyContext>;
  expected: Expected;
}

const rotate = (reason: Verdict["reason"], ...rests: Rest[]): Expected => ({
  action: "rotate",
  reason,
  rests,
});
const retry = (reason: Verdict["reason"], delayMs: number): Expected => ({
  action: "retry",
  reason,
  rests: [],
  delayMs,
});
const request: Expected = { action: "deliver", reason: "request_error", rests: [] };
const until = (time: number) => ({ duration: { until: time } });

const rows: Row[] = [
  { name: "2xx", outcome: success(), expected: { action: "deliver", reason: "ok", rests: [] } },
  {
    name: "aborted",
    outcome: { kind: "aborted" },
    expected: { action: "stop", reason: "aborted", rests: [] },
  },

  // 200 whose first event is an error: as the status of its type.
  {
    name: "first event overloaded",
    outcome: firstEvent("overloaded_error"),
    expected: retry("overloaded", 500),
  },
  {
    name: "first event rate limit",
    outcome: firstEvent("rate_limit_error"),
    expected: rotate("rate_limited", { scope: model, duration: { ladder: "rate" } }),
  },
  { name: "first event api_error", outcome: firstEvent("api_error"), expected: retry("server_error", 500) },
  { name: "first event timeout", outcome: firstEvent("timeout_error"), expected: retry("server_error", 500) },
  {
    name: "first event authentication",
    outcome: firstEvent("authentication_error"),
    expected: rotate("rejected", { scope: key, duration: { ladder: "rejected" } }),
  },
  {
    name: "first event billing",
    outcome: firstEvent("billing_error"),
    expected: rotate("no_credit", { scope: key, duration: { ladder: "no_credit" } }),
  },
  {
    name: "first event permission",
    outcome: firstEvent("permission_error"),
    expected: rotate("no_permission", { scope: model, duration: { ladder: "rejected" } }),
  },
  {
    name: "first event not found",
    outcome: firstEvent("not_found_error", "model: claude-x"),
    expected: rotate("no_access", { scope: model, duration: { ladder: "no_access" } }),
  },
  { name: "first event invalid request", outcome: firstEvent("invalid_request_error"), expected: request },
  { name: "first event too large", outcome: firstEvent("request_too_large"), expected: request },
  {
    name: "first event of an unknown type",
    outcome: firstEvent("new_error"),
    expected: retry("server_error", 500),
  },
  {
    name: "empty body",
    outcome: { kind: "empty", status: 200, headers: headersOf() },
    expected: retry("server_error", 500),
  },
  {
    name: "empty body again",
    outcome: { kind: "empty", status: 200, headers: headersOf() },
    context: { retries: 1 },
    expected: rotate("server_error", { scope: model, duration: { ladder: "server" } }),
  },

  // 429 with a stated time.
  {
    name: "429 retry-after",
    outcome: rateLimit({ "retry-after": "42" }),
    expected: rotate("rate_limited", { scope: model, ...until(now + 42_000) }),
  },
  {
    name: "429 retry-after of five days",
    outcome: rateLimit({ "retry-after": "443300" }),
    expected: rotate("rate_limited", { scope: model, ...until(now + 443_300_000) }),
  },
  {
    name: "429 retry-after wins over a reset, which is the time to full",
    outcome: rateLimit({
      "retry-after": "3",
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-03-01T12:01:00Z",
    }),
    expected: rotate("rate_limited", { scope: model, ...until(now + 3000) }),
  },
  {
    name: "429 with resets only: the latest of what is used up",
    outcome: rateLimit({
      "anthropic-ratelimit-requests-remaining": "12",
      "anthropic-ratelimit-requests-reset": "2026-03-01T12:30:00Z",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      "anthropic-ratelimit-input-tokens-reset": "2026-03-01T12:00:20Z",
      "anthropic-ratelimit-tokens-remaining": "0",
      "anthropic-ratelimit-tokens-reset": "2026-03-01T12:00:25Z",
    }),
    expected: rotate("rate_limited", { scope: model, ...until(at("2026-03-01T12:00:25Z")) }),
  },
  {
    name: "429 with resets but nothing used up: the latest",
    outcome: rateLimit({
      "anthropic-ratelimit-requests-reset": "2026-03-01T12:00:10Z",
      "anthropic-ratelimit-tokens-reset": "2026-03-01T12:00:40Z",
      "anthropic-ratelimit-output-tokens-reset": "2026-03-01T11:00:00Z",
    }),
    expected: rotate("rate_limited", { scope: model, ...until(at("2026-03-01T12:00:40Z")) }),
  },
  {
    name: "429 OpenAI reset",
    outcome: answer(
      429,
      { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" },
      { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s" },
    ),
    context: openai,
    expected: rotate("rate_limited", { scope: model, ...until(now + 360_000) }),
  },

  // 429 of a subscription's windows.
  {
    name: "429 the 5h window is out",
    outcome: rateLimit(
      unified({
        status: "rejected",
        reset: seconds(7200),
        "representative-claim": "five_hour",
        "5h-status": "rejected",
        "5h-reset": seconds(7200),
        "7d-status": "allowed_warning",
        "7d-reset": seconds(400_000),
      }),
    ),
    context: oauth,
    expected: rotate("rate_limited", { scope: key, ...until(now + 7_200_000) }),
  },
  {
    name: "429 both account windows are out: the later one",
    outcome: rateLimit(
      unified({
        status: "rejected",
        "5h-status": "rejected",
        "5h-reset": seconds(60),
        "7d-status": "rejected",
        "7d-reset": seconds(90_000),
      }),
    ),
    context: oauth,
    expected: rotate("rate_limited", { scope: key, ...until(now + 90_000_000) }),
  },
  {
    name: "429 a rejection that names no window",
    outcome: rateLimit(unified({ status: "rejected", reset: seconds(60) })),
    context: oauth,
    expected: rotate("rate_limited", { scope: key, ...until(now + 60_000) }),
  },
  {
    name: "429 a rejection without any time",
    outcome: rateLimit(unified({ status: "rejected" })),
    context: oauth,
    expected: rotate("rate_limited", { scope: key, duration: { ladder: "rate" } }),
  },
  {
    name: "429 retry-after later than the window's reset",
    outcome: rateLimit({
      "retry-after": "100",
      ...unified({ status: "rejected", "5h-status": "rejected", "5h-reset": seconds(60) }),
    }),
    context: oauth,
    expected: rotate("rate_limited", { scope: key, ...until(now + 100_000) }),
  },
  {
    name: "429 only a family's window is out (7d_oi)",
    outcome: rateLimit(
      unified({
        status: "rejected",
        "5h-status": "allowed",
        "5h-reset": seconds(600),
        "7d-status": "allowed",
        "7d-reset": seconds(200_000),
        "7d_oi-status": "rejected",
        "7d_oi-reset": seconds(400_000),
      }),
    ),
    context: oauth,
    expected: rotate("rate_limited", { scope: family, ...until(now + 400_000_000) }),
  },
  {
    name: "429 claim seven_day_opus",
    outcome: rateLimit(
      unified({ status: "rejected", "representative-claim": "seven_day_opus", reset: seconds(5000) }),
    ),
    context: oauth,
    expected: rotate("rate_limited", { scope: family, ...until(now + 5_000_000) }),
  },
  {
    name: "429 claim seven_day_sonnet while opus was asked: the asked model rests too",
    outcome: rateLimit(
      unified({ status: "rejected", "representative-claim": "seven_day_sonnet", reset: seconds(5000) }),
    ),
    context: oauth,
    expected: rotate(
      "rate_limited",
      { scope: { kind: "family", family: "sonnet" }, ...until(now + 5_000_000) },
      { scope: model, duration: { ladder: "rate" } },
    ),
  },
  {
    name: "429 account and family are out: the family's week does not take the account offline",
    outcome: rateLimit({
      "retry-after": "400000",
      ...unified({
        status: "rejected",
        "5h-status": "rejected",
        "5h-reset": seconds(7200),
        "7d_oi-status": "rejected",
        "7d_oi-reset": seconds(400_000),
      }),
    }),
    context: oauth,
    expected: rotate(
      "rate_limited",
      { scope: key, ...until(now + 7_200_000) },
      { scope: family, ...until(now + 400_000_000) },
    ),
  },
  {
    name: "429 while the windows are allowed: a short limit, not the window's reset",
    outcome: rateLimit(unified({ status: "allowed", reset: seconds(7200), "5h-status": "allowed" })),
    context: oauth,
    expected: rotate("rate_limited", { scope: model, duration: { ladder: "rate" } }),
  },
  {
    name: "429 unprovisioned overage is no rejected window",
    outcome: rateLimit({
      "retry-after": "5",
      ...unified({ status: "allowed", "overage-status": "rejected", "5h-status": "allowed" }),
    }),
    context: oauth,
    expected: rotate("rate_limited", { scope: model, ...until(now + 5000) }),
  },

  // 200 while paid overage is being spent.
  {
    name: "200 with the account's window rejected",
    outcome: success(
      unified({
        status: "rejected",
        "overage-in-use": "true",
        "5h-status": "rejected",
        "5h-reset": seconds(900),
      }),
    ),
    context: oauth,
    expected: {
      action: "deliver",
      reason: "ok",
      rests: [{ scope: key, ...until(now + 900_000), lastResort: true }],
    },
  },
  {
    name: "200 with a window rejected, but no time: nothing to rest for",
    outcome: success(unified({ status: "rejected" })),
    context: oauth,
    expected: { action: "deliver", reason: "ok", rests: [] },
  },
  {
    name: "200 with nothing left",
    outcome: success({
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-03-01T12:00:30Z",
    }),
    expected: { action: "deliver", reason: "ok", rests: [{ scope: model, ...until(now + 30_000) }] },
  },
  {
    name: "200 with something left",
    outcome: success({
      "anthropic-ratelimit-requests-remaining": "1",
      "anthropic-ratelimit-requests-reset": "2026-03-01T12:00:30Z",
    }),
    expected: { action: "deliver", reason: "ok", rests: [] },
  },
  {
    name: "200 with nothing left of a tier the request does not use",
    outcome: success({
      "anthropic-ratelimit-fast-input-tokens-remaining": "0",
      "anthropic-ratelimit-fast-input-tokens-reset": "2026-03-01T12:00:30Z",
    }),
    expected: { action: "deliver", reason: "ok", rests: [] },
  },

  // 429 without any time.
  {
    name: "429 without reset information",
    outcome: rateLimit(),
    expected: rotate("rate_limited", { scope: model, duration: { ladder: "rate" } }),
  },
  {
    name: "429 with a retry-after of 0",
    outcome: rateLimit({ "retry-after": "0" }),
    expected: rotate("rate_limited", { scope: model, duration: { ladder: "rate" } }),
  },
  {
    name: "429 x-should-retry: true",
    outcome: rateLimit({ "x-should-retry": "true" }),
    expected: rotate("rate_limited"),
  },
  {
    name: "429 x-should-retry: false",
    outcome: rateLimit({ "x-should-retry": "false" }),
    expected: rotate("rate_limited", { scope: model, duration: { ladder: "rate" } }),
  },
  {
    name: "429 on an OAuth token without unified headers refuses the client, not the key",
    outcome: rateLimit(),
    context: oauth,
    expected: rotate("rate_limited"),
  },
  {
    name: "429 on an OAuth token without unified headers, but with a time",
    outcome: rateLimit({ "retry-after": "7" }),
    context: oauth,
    expected: rotate("rate_limited", { scope: model, ...until(now + 7000) }),
  },

  // count_tokens has a bucket of its own.
  {
    name: "429 on count_tokens",
    outcome: rateLimit({ "retry-after": "42" }),
    context: count,
    expected: rotate("rate_limited", { scope: counting, ...until(now + 42_000) }),
  },
  {
    name: "429 on count_tokens without a time",
    outcome: rateLimit(),
    context: count,
    expected: rotate("rate_limited", { scope: counting, duration: { ladder: "rate" } }),
  },
  {
    name: "429 on count_tokens with a rejected window never touches messages",
    outcome: rateLimit(unified({ status: "rejected", "5h-status": "rejected", "5h-reset": seconds(60) })),
    context: { ...count, ...oauth },
    expected: rotate("rate_limited", { scope: counting, ...until(now + 60_000) }),
  },
  {
    name: "404 on count_tokens disables nothing",
    outcome: answer(404, { type: "not_found_error", message: "Not found" }),
    context: count,
    expected: rotate("no_access"),
  },
  {
    name: "403 on count_tokens",
    outcome: answer(403, { type: "permission_error", message: "no" }),
    context: count,
    expected: rotate("no_permission", { scope: counting, duration: { ladder: "rejected" } }),
  },
  {
    name: "401 on count_tokens is about the key",
    outcome: answer(401, { type: "authentication_error", message: "invalid x-api-key" }),
    context: count,
    expected: rotate("rejected", { scope: key, duration: { ladder: "rejected" } }),
  },
  {
    name: "nothing left to count says nothing about messages",
    outcome: success({
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-03-01T12:00:30Z",
    }),
    context: count,
    expected: { action: "deliver", reason: "ok", rests: [] },
  },

  // No credit, by code first.
  ...["enforced_spend_limit_reached", "contract_spend_limit_reached"].map((code) => ({
    name: `429 ${code}`,
    outcome: rateLimit({ "retry-after": "5" }, { details: { error_code: code } }),
    expected: rotate("no_credit", { scope: key, duration: { ladder: "no_credit" } }),
  })),
  {
    name: "429 ramp_limit_exceeded",
    outcome: rateLimit({}, { details: { error_code: "ramp_limit_exceeded" } }),
    expected: rotate("rate_limited", { scope: model, duration: { ladder: "rate" } }),
  },
  {
    name: "429 ramp_limit_exceeded with a time",
    outcome: rateLimit({ "retry-after": "4" }, { details: { error_code: "ramp_limit_exceeded" } }),
    expected: rotate("rate_limited", { scope: model, ...until(now + 4000) }),
  },
  {
    name: "429 insufficient_quota",
    outcome: answer(429, {
      message: "You exceeded your current quota",
      type: "insufficient_quota",
      code: "insufficient_quota",
    }),
    context: openai,
    expected: rotate("no_credit", { scope: key, duration: { ladder: "no_credit" } }),
  },
  {
    name: "429 billing_hard_limit_reached",
    outcome: answer(429, { message: "Billing hard limit", type: "x", code: "billing_hard_limit_reached" }),
    context: openai,
    expected: rotate("no_credit", { scope: key, duration: { ladder: "no_credit" } }),
  },
  {
    name: "402",
    outcome: answer(402, { type: "billing_error", message: "out of funds" }),
    expected: rotate("no_credit", { scope: key, duration: { ladder: "no_credit" } }),
  },
  ...[
    "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
    "You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC.",
  ].map((message) => ({
    name: `400 ${message.slice(0, 40)}`,
    outcome: invalid(message),
    expected: rotate("no_credit", { scope: key, duration: { ladder: "no_credit" } }),
  })),
  {
    name: "400 organization_on_hold",
    outcome: invalid("Please contact support.", { error_code: "organization_on_hold" }),
    expected: rotate("disabled_upstream", { scope: key, duration: { ladder: "no_credit" } }),
  },
  {
    name: "400 organization disabled, by wording",
    outcome: invalid("This organization has been disabled."),
    expected: rotate("disabled_upstream", { scope: key, duration: { ladder: "no_credit" } }),
  },

  // Overload: two retries, then (key, model) rests shortly.
  {
    name: "529",
    outcome: answer(529, { type: "overloaded_error", message: "Overloaded" }),
    expected: retry("overloaded", 500),
  },
  {
    name: "529 again",
    outcome: answer(529, { type: "overloaded_error", message: "Overloaded" }),
    context: { retries: 1 },
    expected: retry("overloaded", 1000),
  },
  {
    name: "529 a third time",
    outcome: answer(529, { type: "overloaded_error", message: "Overloaded" }),
    context: exhausted,
    expected: rotate("overloaded", { scope: model, duration: { ladder: "overload" } }),
  },
  {
    name: "503 of type overloaded_error",
    outcome: answer(503, { type: "overloaded_error", message: "Overloaded" }),
    expected: retry("overloaded", 500),
  },
  {
    name: "503 overloaded, x-should-retry: false",
    outcome: answer(503, { type: "overloaded_error", message: "Overloaded" }, { "x-should-retry": "false" }),
    expected: rotate("overloaded", { scope: model, duration: { ladder: "overload" } }),
  },
  {
    name: "529 with a short retry-after",
    outcome: answer(529, { type: "overloaded_error", message: "Overloaded" }, { "retry-after": "2" }),
    expected: retry("overloaded", 2000),
  },
  {
    name: "529 with a long retry-after rests ten seconds at most",
    outcome: answer(529, { type: "overloaded_error", message: "Overloaded" }, { "retry-after": "60" }),
    expected: rotate("overloaded", { scope: model, ...until(now + 9000) }),
  },
  {
    name: "529 shortly before the deadline",
    outcome: answer(529, { type: "overloaded_error", message: "Overloaded" }),
    context: { deadline: now + 400 },
    expected: rotate("overloaded", { scope: model, duration: { ladder: "overload" } }),
  },

  // Server errors: one retry.
  ...[500, 502, 503, 504, 520, 521, 522, 523, 524, 408].flatMap((status): Row[] => [
    {
      name: `${status}`,
      outcome: answer(status, { type: "api_error", message: "x" }),
      expected: retry("server_error", 500),
    },
    {
      name: `${status} again`,
      outcome: answer(status, { type: "api_error", message: "x" }),
      context: { retries: 1 },
      expected: rotate("server_error", { scope: model, duration: { ladder: "server" } }),
    },
  ]),
  { name: "502 as a web page", outcome: html(502), expected: retry("server_error", 500) },
  {
    name: "503 with a long retry-after",
    outcome: answer(503, { type: "api_error", message: "x" }, { "retry-after": "30" }),
    expected: rotate("server_error", { scope: model, ...until(now + 30_000) }),
  },

  // The network.
  ...(["refused", "dns", "tls", "connect-timeout"] as const).flatMap((cause): Row[] => [
    { name: cause, outcome: unreachable(cause), expected: retry("network", 200) },
    {
      name: `${cause} again`,
      outcome: unreachable(cause),
      context: { retries: 1 },
      expected: rotate("network", { scope: key, duration: { ladder: "network" } }),
    },
  ]),
  ...(["reset", "header-timeout", "protocol"] as const).flatMap((cause): Row[] => [
    { name: cause, outcome: unreachable(cause), expected: retry("network", 200) },
    {
      name: `${cause} again`,
      outcome: unreachable(cause),
      context: { retries: 1 },
      expected: rotate("network", { scope: model, duration: { ladder: "network" } }),
    },
  ]),
  { name: "a stale connection", outcome: unreachable("reset", true), expected: retry("network", 0) },
  {
    name: "refused on count_tokens",
    outcome: unreachable("refused"),
    context: { ...count, retries: 1 },
    expected: rotate("network", { scope: counting, duration: { ladder: "network" } }),
  },
  { name: "403 challenge page", outcome: html(403), expected: retry("network", 200) },
  {
    name: "403 challenge page again",
    outcome: html(403),
    context: { retries: 1 },
    expected: rotate("network", { scope: key, duration: { ladder: "challenge" } }),
  },

  // Refusals of the key or the model.
  {
    name: "401",
    outcome: answer(401, { type: "authentication_error", message: "invalid x-api-key" }),
    expected: rotate("rejected", { scope: key, duration: { ladder: "rejected" } }),
  },
  {
    name: "403 permission_error",
    outcome: answer(403, { type: "permission_error", message: "no permission" }),
    expected: rotate("no_permission", { scope: model, duration: { ladder: "rejected" } }),
  },
  {
    name: "403 in plain text",
    outcome: { kind: "error", status: 403, headers: headersOf(), body: "Forbidden", inStream: false },
    expected: rotate("no_permission", { scope: model, duration: { ladder: "rejected" } }),
  },
  {
    name: "404 model",
    outcome: answer(404, { type: "not_found_error", message: "model: claude-opus-9" }),
    expected: rotate("no_access", { scope: model, duration: { ladder: "no_access" } }),
  },
  {
    name: "404 model_not_found",
    outcome: answer(404, { message: "The model does not exist", code: "model_not_found" }),
    context: openai,
    expected: rotate("no_access", { scope: model, duration: { ladder: "no_access" } }),
  },
  {
    name: "404 of something else than the model",
    outcome: answer(404, { type: "not_found_error", message: "File not found: file_011" }),
    expected: request,
  },

  // The client's own mistakes.
  ...[400, 405, 409, 413, 415, 422].map((status) => ({
    name: `${status}`,
    outcome: answer(status, {
      type: "invalid_request_error",
      message: "prompt is too long: 210000 tokens > 200000 maximum",
    }),
    expected: request,
  })),
  { name: "413 as a web page", outcome: html(413), expected: request },
  {
    name: "302",
    outcome: { kind: "error", status: 302, headers: headersOf(), body: "", inStream: false },
    expected: request,
  },
  {
    name: "400 a content policy refusal benches nobody",
    outcome: invalid("Output blocked by content filtering policy"),
    expected: request,
  },

  // Thinking blocks of another key or model.
  ...[
    "messages.1.content.0: Invalid `signature` in `thinking` block",
    "messages.3.content.0: `thinking` block is bound to a different conversation",
  ].flatMap((message): Row[] => [
    {
      name: `${message} in a conversation that moved`,
      outcome: invalid(message),
      context: { conversationMoved: true },
      expected: retry("invalid_thinking", 0),
    },
    { name: `${message} in one that did not`, outcome: invalid(message), expected: request },
    {
      name: `${message} once the blocks are gone`,
      outcome: invalid(message),
      context: { conversationMoved: true, thinkingRemoved: true },
      expected: { action: "deliver", reason: "invalid_thinking", rests: [] },
    },
  ]),
];

describe("the outcome table", () => {
  test.each(rows.map((row) => [row.name, row] as const))("%s", (_name, { outcome, context, expected }) => {
    const {
      words: _words,
      withoutThinking: _without,
      ...verdict
    } = classify(outcome, { ...base, ...context });
    expect(verdict).toEqual({ rests: [], ...expected });
  });

  test("the retry for a foreign thinking block goes without thinking", () => {
    const outcome = invalid("messages.1.content.0: Invalid `signature` in `thinking` block");
    expect(classify(outcome, { ...base, conversationMoved: true }).withoutThinking).toBe(true);
  });

  test("retry delays are spread around their middle", () => {
    const outcome = answer(529, { type: "overloaded_error", message: "Overloaded" });
    const delays = [0, 0.25, 1].map((chance) => classify(outcome, { ...base, chance }).delayMs);
    expect(delays).toEqual([375, 438, 625]);
  });
});

describe("words", () => {
  const wordsOf = (outcome: Outcome, context: Partial<ClassifyContext> = {}) =>
    classify(outcome, { ...base, ...context }).words;

  test("say what the upstream said", () => {
    expect(wordsOf(answer(401, { type: "authentication_error", message: "invalid x-api-key" }))).toBe(
      "rejected (401): invalid x-api-key",
    );
    expect(wordsOf(answer(401, { type: "authentication_error", message: "Invalid bearer token" }))).toBe(
      "rejected (401): Invalid bearer token",
    );
    expect(wordsOf(rateLimit({ "retry-after": "3" }))).toBe("rate limited");
    expect(
      wordsOf(
        rateLimit(unified({ status: "rejected", "representative-claim": "five_hour", reset: seconds(9) })),
      ),
    ).toBe("rate limited (5-hour limit)");
    expect(wordsOf(unreachable("dns"))).toBe("host name not found");
  });

  test("never hold a token, and fit on a line", () => {
    const secret = `sk-ant-api03-${"x".repeat(90)}`;
    const message = `Key ${secret} sent as Bearer abc123def456ghi789 or eyJhbGciOi.eyJzdWIi.sig\nis wrong ${"y".repeat(500)}`;
    const words = wordsOf(answer(401, { type: "authentication_error", message }));
    expect(words).not.toContain("sk-ant");
    expect(words).not.toContain("abc123def456ghi789");
    expect(words).not.toContain("eyJ");
    expect(words).not.toContain("\n");
    expect(words.length).toBeLessThan(230);
  });

  test("a token cut in two by the length limit is gone too", () => {
    const message = `${"z".repeat(190)} sk-ant-api03-${"x".repeat(90)}`;
    expect(wordsOf(answer(401, { type: "authentication_error", message }))).not.toContain("sk-ant");
  });

  test.each([
    "null",
    "[]",
    "3",
    '"text"',
    '{"error":null}',
    '{"error":"text"}',
    '{"error":{"message":{}}}',
    "{",
    "",
  ])("a body of %p is no trouble", (body) => {
    const outcome: Outcome = { kind: "error", status: 401, headers: headersOf(), body, inStream: false };
    expect(wordsOf(outcome)).toStartWith("rejected (401)");
  });
});
