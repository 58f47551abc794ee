// How the state of a key reads: its word and colour, why it is so, until when, and what a person can do.
import type { HealthCooldown, HealthKey } from "../../daemon/health";
import type { Timestamp } from "../../engine/types";
import { describeReplacement } from "../describe-key";
import type { Paint } from "./paint";
import { formatClock, formatDuration, formatUntil } from "./times";

interface StateWords {
  readonly word: string;
  readonly colour: "green" | "yellow" | "red" | "dim";
  /** What helps, where the key does not come back on its own. */
  readonly remedy?: (key: HealthKey) => string;
}

const states: ReadonlyMap<string, StateWords> = new Map<string, StateWords>([
  ["serving", { word: "serving", colour: "green" }],
  ["ready", { word: "ready", colour: "green" }],
  ["cooling", { word: "cooling", colour: "yellow" }],
  [
    "rejected",
    {
      word: "rejected",
      colour: "red",
      remedy: (key) => `Check the token. To replace it: ${describeReplacement(key)}`,
    },
  ],
  ["no_credit", { word: "no credit", colour: "red", remedy: () => "Add credit in the provider's console" }],
  ["disabled", { word: "disabled", colour: "dim" }],
]);

/** Codes of older and newer proxies alike; anything else is shown as it came. */
const reasonWords: ReadonlyMap<string, string> = new Map([
  ["rate_limited", "rate limited"],
  ["overloaded", "overloaded"],
  ["server_error", "server error"],
  ["network", "network error"],
  ["no_permission", "no permission"],
  ["no_credit", "no credit left"],
  ["disabled_upstream", "disabled by the provider"],
  ["no_access", "no access to the model"],
  ["token_missing", "its token is not set"],
]);

/** "● cooling" in words, and the style that colours it. */
export function describeState(
  key: HealthKey,
  paint: Paint,
): { text: string; style: (text: string) => string } {
  const known = states.get(key.state);
  const dot = key.state === "disabled" ? "○" : "●";
  return { text: `${dot} ${known?.word ?? key.state}`, style: paint[known?.colour ?? "yellow"] };
}

/** Lines beside the state: why and until when, for the key or for its models, then the remedy. Empty when all is well. */
export function explainKey(key: HealthKey, now: Timestamp): string[] {
  const remedy = states.get(key.state)?.remedy?.(key);
  const isCooling = key.state === "cooling";
  // The end of a cooling key is that of its longest cooldown, which says more than the key does.
  const isListed = key.cooldowns.some((cooldown) => cooldown.until === key.until);
  const cooldowns = isCooling ? key.cooldowns : key.cooldowns.filter((cooldown) => cooldown.scope !== "key");
  return [
    ...(isCooling && isListed ? [] : explainWhole(key, now)),
    ...mergeModels(cooldowns).map((cooldown) => explainCooldown(cooldown, isCooling, now)),
    ...(remedy === undefined ? [] : [`→ ${remedy}`]),
  ];
}

function explainWhole(key: HealthKey, now: Timestamp): string[] {
  const reason = toReasonWords(key.reason);
  if (key.state === "cooling") {
    return key.until === null ? [reason] : [joinWords([formatUntil(key.until, now), reason])];
  }
  const words = joinWords([reason, key.until === null ? "" : describeRetry(key.until, now)]);
  return words === "" ? [] : [words];
}

interface MergedCooldown {
  /** What it covers, in words; empty: the whole key. */
  readonly covered: readonly string[];
  readonly until: Timestamp | null;
  readonly reason: string;
}

function explainCooldown(cooldown: MergedCooldown, isCooling: boolean, now: Timestamp): string {
  const lead = isCooling ? "" : "cooling ";
  const when = cooldown.until === null ? "" : `${lead}${formatUntil(cooldown.until, now)}`;
  const covered = cooldown.covered.length === 0 ? "" : ` for ${cooldown.covered.join(", ")}`;
  return joinWords([when, `${cooldown.reason}${covered}`.trim()]);
}

/** Cooldowns that share their end and reason become one that covers several models. */
function mergeModels(cooldowns: readonly HealthCooldown[]): MergedCooldown[] {
  const groups = Map.groupBy(cooldowns, (cooldown) => `${cooldown.until} ${cooldown.reason}`);
  return [...groups.values()].map((group) => ({
    covered: group.map(describeCovered).filter((words) => words !== ""),
    until: group[0]?.until ?? null,
    reason: toReasonWords(group[0]?.reason ?? null),
  }));
}

function describeCovered({ scope, model }: HealthCooldown): string {
  if (scope === "key") return "";
  if (scope === "family") return `all ${model} models`;
  return scope === "count_tokens" ? "token counting" : model;
}

function describeRetry(until: Timestamp, now: Timestamp): string {
  return until <= now
    ? "tried again with the next request"
    : `tried again at ${formatClock(until, now)} (${formatDuration(until - now)})`;
}

function toReasonWords(reason: string | null): string {
  return reason === null ? "" : (reasonWords.get(reason) ?? reason);
}

function joinWords(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}
