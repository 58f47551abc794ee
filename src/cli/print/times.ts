// Times as people read them in a terminal: local clock, and durations that keep their seconds.
import type { Timestamp } from "../../engine/types";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "42 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". Started seconds count as whole ones: nothing is ever "0 s" too early. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms / second)) * second;
  if (whole < minute) return `${whole / second} s`;
  if (whole < hour) return `${Math.floor(whole / minute)} min ${(whole % minute) / second} s`;
  if (whole < day) return `${Math.floor(whole / hour)} h ${Math.floor((whole % hour) / minute)} min`;
  return `${Math.floor(whole / day)} d ${Math.floor((whole % day) / hour)} h`;
}

/** How long something took: "85 ms", "1.2 s", "42 s", "3 min 20 s". */
export function formatMilliseconds(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`;
  return ms < 10 * second ? `${(ms / second).toFixed(1)} s` : formatDuration(ms);
}

/** Milliseconds that the local clock is ahead of UTC at a time. */
export type UtcOffset = (at: Timestamp) => number;

/** "14:32:10" today, "Tue 14:32:10" within six days, "3 Mar 14:32:10" beyond; local time. */
export function formatClock(at: Timestamp, now: Timestamp, offsetAt: UtcOffset = offsetOfDate): string {
  // The local time as if it were one in UTC.
  const date = new Date(at + offsetAt(at));
  const today = new Date(now + offsetAt(now));
  const clock = date.toISOString().slice(-"hh:mm:ss.sssZ".length, -".sssZ".length);
  if (Math.floor(date.getTime() / day) === Math.floor(today.getTime() / day)) return clock;
  if (Math.abs(at - now) < 6 * day) return `${weekdays[date.getUTCDay()]} ${clock}`;
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${clock}`;
}

function offsetOfDate(at: Timestamp): number {
  return -new Date(at).getTimezoneOffset() * minute;
}

/** "until 14:32:10 (42 s)"; "any moment now" once the time has come. */
export function formatUntil(until: Timestamp, now: Timestamp): string {
  if (until <= now) return "any moment now";
  return `until ${formatClock(until, now)} (${formatDuration(until - now)})`;
}
