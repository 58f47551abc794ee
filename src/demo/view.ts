// The terminal view of the demo as a pure function of its state.
import type { Timestamp } from "../engine/types";
import { claudeCodeLine, curlLines } from "./curl-lines";
import type { DemoState } from "./demo-state";
import { describeMoment } from "./describe-moment";
import { renderKeys } from "./view-keys";
import { type Line, paint, span, spread, wrap } from "./view-line";
import { renderRequests } from "./view-requests";

export interface ViewSize {
  /** Columns and rows of the terminal. */
  width: number;
  height: number;
  now: Timestamp;
  /** With escape codes for colour, or none at all. */
  color: boolean;
}

/** How much is shown besides the essential; the first layout that leaves room for requests is taken. */
interface Layout {
  intro: boolean;
  curls: "both" | "stream" | "none";
  gaps: boolean;
}

const layouts: readonly Layout[] = [
  { intro: true, curls: "both", gaps: true },
  { intro: true, curls: "stream", gaps: true },
  { intro: false, curls: "stream", gaps: true },
  { intro: false, curls: "none", gaps: true },
  { intro: false, curls: "none", gaps: false },
];
const wantedRequests = 5;
// Beyond this, columns drift too far apart to be read as rows.
const maxWidth = 112;

/** Exactly `height` lines (fewer only below 8), none wider than `width`. */
export function renderView(state: DemoState, size: ViewSize): string[] {
  const margin = size.width >= 40 ? 1 : 0;
  const width = Math.max(1, Math.min(size.width, maxWidth) - 2 * margin);
  const parts = layouts.map((layout) => renderParts(state, layout, width, size.now));
  const enough = (part: Parts) => size.height - part.above.length - part.below.length >= wantedRequests;
  const chosen = parts.find(enough) ?? parts.at(-1);
  if (chosen === undefined) return [];

  const room = Math.max(1, size.height - chosen.above.length - chosen.below.length);
  const requests = renderRequests(state, width, room, size.now);
  const blanks = Array<Line>(Math.max(0, room - requests.length)).fill([]);
  const lines = [...chosen.above, ...requests, ...blanks, ...chosen.below].slice(0, size.height);
  const indent = span(" ".repeat(margin));
  return lines.map((line) =>
    line.length === 0 ? "" : paint([indent, ...line], Math.max(1, size.width - margin), size.color),
  );
}

interface Parts {
  above: Line[];
  below: Line[];
}

function renderParts(state: DemoState, layout: Layout, width: number, now: Timestamp): Parts {
  const gap: Line[] = layout.gaps ? [[]] : [];
  return {
    above: [
      renderHeader(state, layout, width),
      ...(layout.intro ? renderIntro(state, width) : []),
      ...gap,
      ...renderKeys(state, width, now),
      ...gap,
      ...renderCaption(state, width, now),
      ...gap,
    ],
    below: [...gap, ...renderCounts(state, width), ...gap, ...renderFooter(state, layout, width)],
  };
}

/** Where there is no room for the introduction, its gist stands here. */
function renderHeader(state: DemoState, layout: Layout, width: number): Line {
  const gist = layout.intro || width < 76 ? "" : ": pretend keys, simulated APIs";
  return spread(
    [span("Claude Failover", "strong"), span("  demo"), span(gist, "faint")],
    [span(state.url, "accent")],
    width,
  );
}

function renderIntro(state: DemoState, width: number): Line[] {
  const long = "Pretend keys, simulated APIs: nothing leaves this machine. Hours take seconds.";
  const intro = width >= long.length ? long : "Pretend keys and simulated APIs.";
  return [spread([span(intro, "faint")], state.notice === null ? [] : [span(state.notice, "warn")], width)];
}

/** Always the same number of lines, so that nothing below it jumps. */
function renderCaption(state: DemoState, width: number, now: Timestamp): Line[] {
  const count = width >= 70 ? 2 : 3;
  const tone = state.moment.kind === "failed" ? "bad" : "accent";
  return wrap(describeMoment(state, now), width - 2, count).map((text) => [
    span(text === "" ? "" : "▌ ", tone),
    span(text),
  ]);
}

function renderCounts(state: DemoState, width: number): Line[] {
  const { asAsked, rotated, fellBack, failed, hiddenErrors } = state.counts;
  const count = (value: number, words: string): Line => [span(String(value), "strong"), span(` ${words}`)];
  const separator = span("   ");
  const left: Line = [
    ...count(asAsked, "served as asked"),
    separator,
    ...count(rotated, "rotated"),
    separator,
    ...count(fellBack, "fell back"),
    separator,
    ...count(failed, "failed"),
  ];
  const hidden: Line = [span("errors your client never saw: "), span(String(hiddenErrors), "strong")];
  return width >= 100 ? [spread(left, hidden, width)] : [left, hidden];
}

function renderFooter(state: DemoState, layout: Layout, width: number): Line[] {
  const quit: Line = [span("Ctrl+C", "strong"), span(" ends", "faint")];
  const commands = (stream: boolean): Line[] =>
    curlLines(state.url, stream).map((text) => [span(text, "plain")]);
  const claude: Line = [span("or  ", "faint"), span(claudeCodeLine(state.url))];
  if (layout.curls === "none" || width < 78) {
    return [spread([span("Try it: ", "faint"), span(state.url)], quit, width)];
  }
  const title = layout.curls === "both" ? "streamed:" : 'streamed (or without "stream": true):';
  return [
    spread([span(`Send a request of your own, ${title}`, "faint")], quit, width),
    ...commands(true),
    ...(layout.curls === "both" ? [[span("or in one piece:", "faint")], ...commands(false)] : []),
    claude,
  ];
}
