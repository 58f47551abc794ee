// How the state of a key reads: its word and colour, why it is so, until when, and what a person can do.
import type { HealthCooldown, HealthKey } from "../../daemon/health";
import type { Timestamp } from "../../engine/types";
import type { Paint } from "./paint";
import { formatUntil } from "./times";

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
      remedy: (key) => `Check the token. To replace it: cf remove-key ${key.id}, then cf add-key`,
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

/** Lines beside the state: each cooldown with its end and reason, then the remedy. Empty when all is well. */
export function explainKey(key: HealthKey, now: Timestamp): string[] {
  const remedy = states.get(key.state)?.remedy?.(key);
  const cooldowns = mergeModels(key.cooldowns).map((cooldown) => describeCooldown(cooldown, key, now));
  const isListed = key.cooldowns.some((cooldown) => cooldown.until === key.until);
  const own = isListed && key.state === "cooling" ? [] : describeWhole(key, now);
  return [...own, ...cooldowns, ...(remedy === undefined ? [] : [`→ ${remedy}`])];
}

/** A reason code in words. */
export function toReasonWords(reason: string | null): string {
  return reason === null ? "" : (reasonWords.get(reason) ?? reason);
}

function describeWhole(key: HealthKey, now: Timestamp): string[] {
  const reason = toReasonWords(key.reason);
  if (key.until === null) return reason === "" ? [] : [reason];
  const when =
    key.state === "cooling" ? formatUntil(key.until, now) : `tried again ${formatRetry(key.until, now)}`;
  if (key.state === "cooling") return [joinWords([when, reason])];
  return [joinWords([reason, when])];
}

interface MergedCooldown {
  readonly models: readonly string[];
  readonly until: Timestamp | null;
  readonly reason: string;
}

function describeCooldown(cooldown: MergedCooldown, key: HealthKey, now: Timestamp): string {
  const lead = key.state === "cooling" ? "" : "cooling ";
  const when = cooldown.until === null ? "" : `${lead}${formatUntil(cooldown.until, now)}`;
  const models = cooldown.models.length === 0 ? "" : ` for ${cooldown.models.join(", ")}`;
  return joinWords([when, `${cooldown.reason}${models}`.trim()]);
}

/** Cooldowns that share their end and reason become one with several models. */
function mergeModels(cooldowns: readonly HealthCooldown[]): MergedCooldown[] {
  const groups = Map.groupBy(cooldowns, (cooldown) => `${cooldown.until} ${cooldown.reason}`);
  return [...groups.values()].map((group) => ({
    models: group.map((cooldown) => cooldown.model).filter((model) => model !== null),
    until: group[0]?.until ?? null,
    reason: toReasonWords(group[0]?.reason ?? null),
  }));
}

function formatRetry(until: Timestamp, now: Timestamp): string {
  return formatUntil(until, now).replace(/^until /, "at ");
}

function joinWords(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}
