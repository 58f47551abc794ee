// Says what the answer to a key's test tells of the key.
import { classify } from "../engine/classify";
import { quoteUpstream } from "../engine/quote-upstream";
import type { KeyType, Outcome, Provider, Reason, Timestamp, Verdict } from "../engine/types";
import { isObject } from "../translate/json-value";
import { readErrorBody, readErrorValue } from "../translate/read-openai-error";

/** `untested`: only a request that spends could tell. `unexpected`: an answer, but not of the API that the key is for. */
export type KeyTestResult =
  | "ok"
  | "untested"
  | "expired"
  | "rejected"
  | "no_permission"
  | "no_credit"
  | "disabled_upstream"
  | "rate_limited"
  | "server_error"
  | "unreachable"
  | "unexpected";

export interface Judgement {
  readonly result: KeyTestResult;
  /** What the result does not say by itself, for people; the upstream's words are redacted. May be empty. */
  readonly words: string;
  /** When a limit ends; null if nobody says. */
  readonly until: Timestamp | null;
}

export interface TestAnswer {
  /** Without the key's own secret in it. */
  readonly outcome: Outcome;
  /** Of a success, likewise; null if it did not end in time or is too long. */
  readonly body: string | null;
}

const resultByReason: Partial<Record<Reason, KeyTestResult>> = {
  rate_limited: "rate_limited",
  overloaded: "server_error",
  server_error: "server_error",
  network: "unreachable",
  rejected: "rejected",
  no_permission: "no_permission",
  no_credit: "no_credit",
  disabled_upstream: "disabled_upstream",
};

/** `type`: how the key was sent. `now`: when the answer came. */
export function judgeKeyTest(
  { outcome, body }: TestAnswer,
  { provider, type }: { provider: Provider; type: KeyType },
  now: Timestamp,
): Judgement {
  if (outcome.kind === "success") {
    const problem = body === null ? "the answer does not end" : findProblem(body);
    if (problem === null) return { result: "ok", words: "", until: null };
    return { result: "unexpected", words: `${outcome.status}: ${problem}`, until: null };
  }
  const verdict = classify(outcome, {
    now,
    chance: 0,
    provider,
    keyType: type,
    endpoint: "messages",
    model: "",
    // A test is not repeated by itself.
    retries: Number.POSITIVE_INFINITY,
    deadline: now,
    conversationMoved: false,
    thinkingRemoved: true,
  });
  if (outcome.kind !== "error" || verdict.reason === "network") {
    return { result: resultOf(verdict), words: describeFailure(outcome, verdict), until: null };
  }
  return judgeError(outcome, verdict, provider, type);
}

function judgeError(
  { status, headers, body }: Extract<Outcome, { kind: "error" }>,
  verdict: Verdict,
  provider: Provider,
  type: KeyType,
): Judgement {
  const error = readErrorBody(body, headers.get("content-type"));
  // Refused for what the test asks, by somebody who knows the key.
  if (provider === "openai" && /missing scopes/i.test(error.message)) {
    const words = "the key may not list models; whether it may send messages is open";
    return { result: "ok", words, until: null };
  }
  if (provider === "anthropic" && type === "oauth") {
    if (error.type === "not_found_error") return { result: "ok", words: "", until: null };
    const refusesClient = verdict.reason === "rate_limited" && verdict.rests.length === 0;
    if (refusesClient) return { result: "untested", words: verdict.words, until: null };
  }
  // Without its query, which may hold what was sent.
  const location = status < 400 ? headers.get("location")?.split(/[?#]/, 1)[0] : undefined;
  const quoted = quoteUpstream(location === undefined ? error.message : `redirected to ${location}`);
  const words = quoted === "" ? `status ${status}` : `${status}: ${quoted}`;
  return { result: resultOf(verdict), words, until: endOf(verdict) };
}

function resultOf({ reason }: Verdict): KeyTestResult {
  return resultByReason[reason] ?? "unexpected";
}

/** The words of the verdict say what kind of failure; for some kinds only the details say which. */
function describeFailure(outcome: Outcome, { words }: Verdict): string {
  if (outcome.kind !== "unreachable" || !["tls", "protocol", "dns"].includes(outcome.cause)) return words;
  return `${words}: ${quoteUpstream(outcome.message)}`;
}

function endOf({ rests }: Verdict): Timestamp | null {
  const ends = rests.flatMap(({ duration }) => ("until" in duration ? duration.until : []));
  return ends.length === 0 ? null : Math.max(...ends);
}

/** What is wrong with the body of a success, in words; null if it can be an API's. A web server answers 200 to anything. */
function findProblem(body: string): string | null {
  if (/^\s*</.test(body)) return "a web page instead of an answer";
  const answer = parse(body);
  if (Array.isArray(answer)) return null;
  if (!isObject(answer)) return "the answer is not JSON";
  if (answer.error === undefined || answer.error === null) return null;
  return quoteUpstream(readErrorValue(answer).message) || "an error without words";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says that it is not JSON.
    return undefined;
  }
}
