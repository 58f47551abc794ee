// A moment of the timeline in words. Pure.
import type { KeyView } from "../../src/server/contract";
import { plural } from "../format";
import { type BandState, type Bar, barAt, serviceNames, spanAt, type Track, totalOf } from "./timeline";

export const bandWords: Record<BandState, string> = {
  serving: "serving",
  ready: "ready",
  cooling: "cooling down",
  failing: "failing",
  paused: "paused",
  down: "proxy not running",
};

const serviceWords: Record<(typeof serviceNames)[number], string> = {
  asked: "as asked",
  rotated: "rotated",
  fellBack: "fell back",
  failed: "failed",
  cancelled: "cancelled",
};

/** `Personal cooling down, Work serving; 12 requests: 10 as asked, 2 rotated`. */
export function describeMoment(track: Track, keys: readonly KeyView[], at: number): string {
  const states = track.bands.flatMap((band) => {
    const span = spanAt(band.spans, at);
    const label = keys.find((key) => key.id === band.key)?.label ?? band.key;
    return span === null ? [] : [`${label} ${bandWords[span.state]}`];
  });
  return [states.join(", "), describeBar(barAt(track, at))].filter((part) => part !== "").join("; ");
}

/** `12 requests: 10 as asked, 2 rotated`. */
export function describeBar(bar: Bar | null): string {
  const total = bar === null ? 0 : totalOf(bar);
  if (bar === null || total === 0) return "no requests";
  const parts = serviceNames
    .filter((name) => bar[name] > 0)
    .map((name) => `${bar[name]} ${serviceWords[name]}`);
  return `${plural(total, "request")}: ${parts.join(", ")}`;
}
