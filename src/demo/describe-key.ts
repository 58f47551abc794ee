// Says in a word and a few more what a key is doing.
import type { KeyId, Timestamp } from "../engine/types";
import type { DemoState, KeyHealthView, KeyState } from "./demo-state";
import { shortModel } from "./describe-moment";
import { isCooling, isDue } from "./note-health";
import type { Tone } from "./view-line";

// What a key did a moment ago counts as what it does: its word would flicker otherwise.
const recentMs = 4000;

export interface KeyWords {
  word: string;
  detail: string;
  tone: Tone;
}

/** The state word, its reason in words, and whether that is good news. */
export function describeKey(state: DemoState, key: KeyState, now: Timestamp, detailWidth: number): KeyWords {
  const { health } = key;
  const words = (health.reason ?? "").replaceAll("_", " ");
  if (health.state === "rejected" || health.state === "no_credit" || health.state === "disabled") {
    return { word: health.state.replaceAll("_", " "), detail: words, tone: "bad" };
  }
  if (isCooling(health, now)) return describeCooling(health, now, detailWidth);
  const models = recentModels(state, health.id, now);
  if (models.length === 0) return { word: "ready", detail: "stands by", tone: "plain" };
  return { word: "serving", detail: listModels(models, detailWidth), tone: "good" };
}

function describeCooling(health: KeyHealthView, now: Timestamp, detailWidth: number): KeyWords {
  const due = health.cooldowns
    .filter((cooldown) => isDue(cooldown.until, now))
    .toSorted((first, second) => Date.parse(second.until ?? "") - Date.parse(first.until ?? ""));
  // While the whole key is out, nobody cares which of its models would be out as well.
  const cause = due.find((cooldown) => cooldown.model === "*") ?? due[0];
  const until = cause?.until ?? health.until;
  const word = isDue(until, now) ? `cooling ${shortDuration(Date.parse(until) - now)}` : "cooling";
  const reason = (cause?.reason ?? health.reason ?? "").replaceAll("_", " ");
  if (cause === undefined || cause.model === "*") return { word, detail: limitName(reason), tone: "warn" };
  const model = shortModel(cause.model);
  if (reason !== "" && reason !== "rate limited")
    return { word, detail: `${model}: ${reason}`, tone: "warn" };
  const long = `rate limited for ${model}`;
  return { word, detail: long.length <= detailWidth ? long : `limited for ${model}`, tone: "warn" };
}

/** "5-hour limit" of "rate limited (5-hour limit)": the word beside it says the rest. */
function limitName(reason: string): string {
  return /^rate limited \((.+)\)$/.exec(reason)?.[1] ?? reason;
}

function recentModels(state: DemoState, key: KeyId, now: Timestamp): string[] {
  const recent = state.requests.filter(
    (request) => request.record === null || request.record.at + request.record.totalMs > now - recentMs,
  );
  const served = recent.flatMap(({ servedBy }) => (servedBy?.key === key ? [servedBy.model] : []));
  return [...new Set(served)].toSorted().toReversed();
}

/** All names if they fit, else the first and how many more. */
function listModels(models: readonly string[], width: number): string {
  const [first = "", ...others] = models.map(shortModel);
  const all = [first, ...others].join(", ");
  return all.length <= width ? all : `${first} +${others.length}`;
}

/** Rounded up, so that it never says zero. */
function shortDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds <= 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
