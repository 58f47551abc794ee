// Takes a fresh look at the keys into the demo's state, and keeps the last minute of each as a timeline.
import type { KeyId, Timestamp } from "../engine/types";
import type { Activity, DemoState, KeyHealthView } from "./demo-state";

export const timelineMs = 60_000;

/** `health` in priority order. Asked a few times a second; samples older than a minute are dropped. */
export function noteHealth(state: DemoState, health: readonly KeyHealthView[], now: Timestamp): DemoState {
  const keys = health.map((view) => {
    const before = state.keys.find((key) => key.health.id === view.id);
    const sample = { at: now, activity: activityOf(state, view, now) };
    const samples = [...(before?.samples ?? []), sample].filter((kept) => kept.at > now - timelineMs - 1000);
    return { health: view, served: before?.served ?? 0, samples };
  });
  return { ...state, keys };
}

/** Whether a running request is being answered by the key. */
function isAnswering(state: DemoState, key: KeyId): boolean {
  return state.requests.some((request) => request.record === null && request.servedBy?.key === key);
}

/** Whether a time of the health view still lies ahead. */
export function isDue(until: string | null, now: Timestamp): until is string {
  return until !== null && Date.parse(until) > now;
}

/** Whether the key is out now, for one model or for all. */
export function isCooling(view: KeyHealthView, now: Timestamp): boolean {
  return view.state === "cooling" || view.cooldowns.some((cooldown) => isDue(cooldown.until, now));
}

function activityOf(state: DemoState, view: KeyHealthView, now: Timestamp): Activity {
  const out = isCooling(view, now) || (view.state !== "serving" && view.state !== "ready");
  const answering = isAnswering(state, view.id);
  if (out) return answering ? "both" : "cooling";
  return answering ? "serving" : "ready";
}
