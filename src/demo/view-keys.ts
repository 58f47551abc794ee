// The keys in the demo's view: one row each, with its state in words and its last minute as a band.
import type { Timestamp } from "../engine/types";
import type { Activity, DemoState, KeyState } from "./demo-state";
import { describeKey } from "./describe-key";
import { timelineMs } from "./note-health";
import { fit, type Line, lineWidth, type Span, span, type Tone } from "./view-line";

const glyphs: Record<Activity | "unknown", { text: string; tone: Tone }> = {
  serving: { text: "━", tone: "good" },
  cooling: { text: "╌", tone: "warn" },
  both: { text: "╍", tone: "warn" },
  ready: { text: "·", tone: "faint" },
  unknown: { text: " ", tone: "plain" },
};

const wordWidth = 13;
const countWidth = 12;

/** A row for each key and, if there is room for bands, a line that explains them. */
export function renderKeys(state: DemoState, width: number, now: Timestamp): Line[] {
  const longest = Math.max(0, ...state.keys.map((key) => Bun.stringWidth(key.health.label)));
  const labelWidth = Math.min(longest, width < 72 ? 10 : 18);
  const detailWidth = width < 100 ? 20 : 25;
  const left = labelWidth + 2 + wordWidth + 1 + detailWidth + 2;
  const bandWidth = Math.min(60, Math.max(0, width - left - countWidth));
  const shown = bandWidth >= 10 ? bandWidth : 0;
  const rows = state.keys.map((key) => renderKey(state, key, { labelWidth, detailWidth, shown, width }, now));
  return shown === 0 ? rows : [...rows, legend(left, shown)];
}

function renderKey(
  state: DemoState,
  key: KeyState,
  size: { labelWidth: number; detailWidth: number; shown: number; width: number },
  now: Timestamp,
): Line {
  const { word, detail, tone } = describeKey(state, key, now, size.detailWidth);
  const count = `${key.served} served`;
  const head = [
    span(fit(key.health.label, size.labelWidth), "strong"),
    span("  "),
    span(fit(word, wordWidth), tone),
    span(" "),
  ];
  if (size.shown === 0) {
    const room = size.width - lineWidth(head) - countWidth;
    return [...head, span(fit(detail, room), "faint"), span(fit(count, countWidth, "right"))];
  }
  return [
    ...head,
    span(fit(detail, size.detailWidth), "faint"),
    span("  "),
    ...renderBand(key, size.shown, now),
    span(fit(count, countWidth, "right")),
  ];
}

/** One cell per slice of the last minute; a slice in which the key served at all counts as serving. */
function renderBand(key: KeyState, cells: number, now: Timestamp): Span[] {
  const slice = timelineMs / cells;
  // Slices lie on fixed times, so that the band moves by whole cells instead of shimmering.
  const end = Math.ceil(now / slice) * slice;
  return Array.from({ length: cells }, (_, index) => {
    const from = end - (cells - index) * slice;
    const seen = key.samples.filter((sample) => sample.at >= from && sample.at < from + slice);
    const activity = (["both", "cooling", "serving", "ready"] as const).find((kind) =>
      seen.some((sample) => sample.activity === kind),
    );
    const { text, tone } = glyphs[activity ?? "unknown"];
    return span(text, tone);
  });
}

function legend(left: number, bandWidth: number): Line {
  const meaning: Line = [
    span("━", "good"),
    span(" serving  ", "faint"),
    span("╌", "warn"),
    span(" cooling  ", "faint"),
    span("╍", "warn"),
    span(" both  ", "faint"),
    span("· ready", "faint"),
  ];
  const ends = bandWidth >= 24 ? "1 minute ago" : "1 min ago";
  const indent = " ".repeat(Math.max(1, left - lineWidth(meaning)));
  return [...meaning, span(indent), span(ends + fit("now", bandWidth - ends.length, "right"), "faint")];
}
