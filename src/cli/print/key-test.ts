// How the test of a key reads: its result and colour, what came back, and what a person can do.
import type { Key } from "../../config/types";
import type { Timestamp } from "../../engine/types";
import type { KeyTest } from "../../proxy/test-key";
import { mask } from "../../redact";
import { describeReplacement } from "../describe-key";
import type { Paint } from "./paint";
import { formatClock, formatUntil } from "./times";

/** A test, or why there was none. */
export interface KeyReport {
  readonly key: Key;
  readonly test: Omit<KeyTest, "result"> & { readonly result: TestResult };
}

type TestResult = KeyTest["result"] | "token_missing" | "disabled";

interface ResultWords {
  readonly word: string;
  readonly colour: "green" | "yellow" | "red" | "dim";
  readonly remedy?: (report: KeyReport) => string;
}

const checkServer = ({ test }: KeyReport) => `Check the base URL. Asked: ${test.url}`;
const replaceToken = ({ key }: KeyReport) => `Check the token. To replace it: ${describeReplacement(key)}`;

const results: Readonly<Record<TestResult, ResultWords>> = {
  ok: { word: "ok", colour: "green" },
  untested: { word: "not tested", colour: "yellow" },
  expired: {
    word: "expired",
    colour: "red",
    remedy: ({ key }) => `Get a new token, then ${describeReplacement(key)}`,
  },
  rejected: { word: "rejected", colour: "red", remedy: replaceToken },
  no_permission: {
    word: "no permission",
    colour: "red",
    remedy: () => "Check what the key may do, in the provider's console",
  },
  no_credit: { word: "no credit", colour: "red", remedy: () => "Add credit in the provider's console" },
  disabled_upstream: { word: "disabled by the provider", colour: "red" },
  rate_limited: { word: "rate limited", colour: "yellow" },
  server_error: { word: "server error", colour: "red" },
  unreachable: { word: "unreachable", colour: "red", remedy: ({ test }) => `Asked: ${test.url}` },
  unexpected: {
    word: "unexpected answer",
    colour: "red",
    remedy: (report) => (report.test.url === null ? replaceToken(report) : checkServer(report)),
  },
  token_missing: { word: "no token", colour: "red" },
  disabled: { word: "disabled", colour: "dim" },
};

/** What is no failure; everything else is one. */
const harmless = new Set<TestResult>(["ok", "untested", "disabled"]);

export function isFailure({ test }: KeyReport): boolean {
  return !harmless.has(test.result);
}

/** The report of a key that was not asked about anywhere. */
export function nothingTested(result: "token_missing" | "disabled", words: string): KeyReport["test"] {
  return {
    result,
    words,
    status: null,
    latencyMs: null,
    clockAheadMs: null,
    url: null,
    until: null,
    account: null,
  };
}

/** "● rejected" and the style that colours it. */
export function describeResult(
  { test }: KeyReport,
  paint: Paint,
): { text: string; style: (text: string) => string } {
  const { word, colour } = results[test.result];
  const isOpen = test.result === "untested" || test.result === "disabled";
  return { text: `${isOpen ? "○" : "●"} ${word}`, style: paint[colour] };
}

/** Lines beside the result: what came back, then what helps. */
export function explainTest(report: KeyReport, now: Timestamp): string[] {
  const remedy = results[report.test.result].remedy?.(report);
  const words = [describeTimes(report, now), report.test.words].filter((part) => part !== "").join("; ");
  return [words, remedy === undefined ? "" : `→ ${remedy}`].filter((line) => line !== "");
}

function describeTimes({ test }: KeyReport, now: Timestamp): string {
  const { result, latencyMs, until, account } = test;
  if (result === "ok") return latencyMs === null ? "" : `answered in ${Math.round(latencyMs)} ms`;
  if (result === "expired") return until === null ? "" : `it ended: ${formatClock(until, now)}`;
  return [
    account === null ? "" : `account ${mask(account)}`,
    until === null ? "" : `${result === "untested" ? "good " : ""}${formatUntil(until, now)}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}
