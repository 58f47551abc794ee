// Tells in words what just happened, and how long until things are back as they were.
import type { KeyId, Provider, Timestamp } from "../engine/types";
import { type DemoState, labelOf, providerOf } from "./demo-state";
import { isDue } from "./note-health";

/** Model names without the part that all of them share, and without a date. */
export function shortModel(model: string): string {
  return model.replace(/^claude-/, "").replace(/-\d{8}$/, "");
}

/** "12 s", "1 min 5 s"; never less than a second, as whoever waits is not there yet. */
export function describeDuration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** One or two sentences for the caption line. */
export function describeMoment(state: DemoState, now: Timestamp): string {
  const { moment } = state;
  const label = (key: KeyId) => labelOf(state, key);
  switch (moment.kind) {
    case "beginning": {
      const [first, second] = labelsOf(state, "anthropic");
      const [lastResort] = labelsOf(state, "openai");
      if (first === undefined || second === undefined) return "The first requests are on their way.";
      const others = lastResort === undefined ? "" : `, ${lastResort} is the last resort`;
      return `${first} comes first in the order of keys, so it serves. ${second} stands by${others}.`;
    }
    case "retried":
      return moment.result === "529"
        ? `The API was overloaded for a moment (529): ${label(moment.key)} tried again and got through.`
        : `${label(moment.key)} got ${moment.result}, tried again, and got through.`;
    case "rotated": {
      const { from, to, model } = moment;
      const cause = moment.limited
        ? `hit its rate limit for ${shortModel(model)}`
        : `failed (${moment.words})`;
      return `${label(from)} ${cause}: ${label(to)} took over. ${describeReturn(label(from), moment.until, now)}`.trim();
    }
    case "fellBack": {
      const { asked, served, key } = moment;
      const cause = `No key is left for ${shortModel(asked)}: ${label(key)} answers with ${shortModel(served)} instead.`;
      return `${cause} ${describeReturn(shortModel(asked), earliestReturn(state, asked, now), now)}`.trim();
    }
    case "leftClaude": {
      const { asked, served, key } = moment;
      const cause = `Every Claude key is out: ${label(key)} takes over with ${shortModel(served)}.`;
      return `${cause} ${describeReturn("Claude", earliestReturn(state, asked, now), now)}`.trim();
    }
    case "returned":
      return `The way back: ${label(moment.key)} serves ${shortModel(moment.model)} again.`;
    case "queued": {
      const { key, model, until } = moment;
      const [lastResort] = labelsOf(state, "openai");
      const isClaude = providerOf(state, key) === "anthropic";
      return lastResort !== undefined && isClaude
        ? `${describeReturn(label(key), until, now)} The request waits for it: ${lastResort} is only for longer gaps.`
        : `Every key is cooling down for ${shortModel(model)}: the request waits. ${describeReturn(label(key), until, now)}`;
    }
    case "failed":
      return `A request failed with ${moment.status}: nothing was left to try, or the request itself was wrong.`;
  }
}

function labelsOf(state: DemoState, provider: Provider): string[] {
  return state.keys.filter(({ health }) => health.provider === provider).map(({ health }) => health.label);
}

function describeReturn(who: string, until: Timestamp | null, now: Timestamp): string {
  if (until === null) return "";
  return until > now ? `${who} is back in ${describeDuration(until - now)}.` : `${who} is back.`;
}

/** When the model can be served again: now if a key is not out for it, else when the first comes back. */
function earliestReturn(state: DemoState, model: string, now: Timestamp): Timestamp | null {
  const healthy = state.keys.filter(
    ({ health }) =>
      health.provider === "anthropic" && !["rejected", "no_credit", "disabled"].includes(health.state),
  );
  const returns = healthy.map(({ health }) => {
    const due = health.cooldowns
      .filter((cooldown) => cooldown.model === model || cooldown.model === "*")
      .flatMap((cooldown) => (isDue(cooldown.until, now) ? [Date.parse(cooldown.until)] : []));
    return Math.max(now, ...due);
  });
  return returns.length === 0 ? null : Math.min(...returns);
}
