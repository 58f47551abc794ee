// How long something rests: a stated time plus a little jitter, or the next rung of a ladder.
import type { Duration, Ladder, Timestamp } from "./types";

export interface Cooldown {
  until: Timestamp;
  /** When it was last set: an attempt that began before knows nothing newer. */
  setAt: Timestamp;
  /** Rungs already taken, by ladder; gone after a success. */
  levels: Partial<Record<Ladder, number>>;
}

export interface CoolDownEvent {
  duration: Duration;
  /** When the attempt began that brought the news. */
  startedAt: Timestamp;
  now: Timestamp;
  /** 0..1 */
  chance: number;
  /** The config's `cooldownMs`: the longest rest that nobody stated. */
  cooldownMs: number;
}

/** The first rung doubles up to `longestMs`; `cooldownMs` caps every ladder. */
const ladders: Record<Ladder, { firstMs: number; longestMs: number }> = {
  rate: { firstMs: 1000, longestMs: Number.POSITIVE_INFINITY },
  overload: { firstMs: 2500, longestMs: 10_000 },
  server: { firstMs: 2000, longestMs: 8000 },
  network: { firstMs: 2000, longestMs: 8000 },
  challenge: { firstMs: 10_000, longestMs: 10_000 },
  rejected: { firstMs: 300_000, longestMs: 3_600_000 },
  no_credit: { firstMs: 1_800_000, longestMs: 1_800_000 },
  no_access: { firstMs: 3_600_000, longestMs: 3_600_000 },
};
const longestJitterMs = 5000;
const jitterShare = 0.1;

/** The cooldown after another failure. Its end never moves earlier, and parallel failures climb one rung together. */
export function coolDown(previous: Cooldown | null, event: CoolDownEvent): Cooldown {
  if ("until" in event.duration)
    return extend(previous, withJitter(event.duration.until, previous, event), event);
  const ladder = event.duration.ladder;
  const level = previous?.levels[ladder] ?? 0;
  const sameBurst = previous !== null && level > 0 && event.startedAt <= previous.setAt;
  if (sameBurst) return previous;
  const windowOpen = previous !== null && previous.until > event.now;
  const nextLevel = windowOpen && level > 0 ? level : level + 1;
  const until = event.now + rungMs(ladder, nextLevel, event);
  return { ...extend(previous, until, event), levels: { ...previous?.levels, [ladder]: nextLevel } };
}

function rungMs(ladder: Ladder, level: number, event: CoolDownEvent): number {
  const { firstMs, longestMs } = ladders[ladder];
  const rung = firstMs * 2 ** (level - 1) * (1 + event.chance / 4);
  return Math.round(Math.min(rung, longestMs, event.cooldownMs));
}

function withJitter(stated: Timestamp, previous: Cooldown | null, event: CoolDownEvent): Timestamp {
  // The same reset told by parallel requests must not be pushed out by fresh jitter each time.
  if (previous !== null && previous.until >= stated) return previous.until;
  const room = Math.min(longestJitterMs, (stated - event.now) * jitterShare);
  return Math.round(stated + Math.max(0, room) * event.chance);
}

function extend(previous: Cooldown | null, until: Timestamp, event: CoolDownEvent): Cooldown {
  if (previous === null) return { until, setAt: event.now, levels: {} };
  if (until <= previous.until && event.startedAt <= previous.setAt) return previous;
  return { until: Math.max(previous.until, until), setAt: event.now, levels: previous.levels };
}
