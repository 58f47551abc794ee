// The latest requests in the demo's view: one row each, with the trail of what was tried.
import type { Timestamp } from "../engine/types";
import { type DemoState, labelOf, providerOf, type RequestState, type Tried } from "./demo-state";
import { shortModel } from "./describe-moment";
import { fit, type Line, lineWidth, type Span, span, type Tone } from "./view-line";

const modelWidth = 10;
const timeWidth = 7;

/** Newest first, at most `count` rows. */
export function renderRequests(state: DemoState, width: number, count: number, now: Timestamp): Line[] {
  const latest = state.requests.slice(-count).toReversed();
  return latest.map((request) => renderRequest(state, request, width, now));
}

/** `#17  opus-4-6    Personal 429 → Work 200    1.2 s  412 tokens`, in as many words as the width allows. */
export function renderRequest(state: DemoState, request: RequestState, width: number, now: Timestamp): Line {
  const { record } = request;
  const tokens = record?.usage.outputTokens;
  const unit = width >= 72 ? " tokens" : "";
  const tokenWidth = 4 + unit.length;
  const head = [
    span(fit(`#${request.number}`, 5), "faint"),
    span(fit(shortModel(request.model), modelWidth)),
    span("  "),
  ];
  const ms = record === null ? now - request.startedAt : record.totalMs;
  const tail = [
    span(fit(`${(ms / 1000).toFixed(1)} s`, timeWidth, "right"), record === null ? "faint" : "plain"),
    span("  "),
    span(fit(tokens == null ? "" : `${tokens}${unit}`, tokenWidth, "right"), "faint"),
  ];
  const room = width - lineWidth(head) - lineWidth(tail);
  const middle = renderTrail(state, request, room);
  return [...head, ...middle, span(" ".repeat(Math.max(0, room - lineWidth(middle)))), ...tail];
}

/** The trail and the fallback mark, in the longest form that fits. */
function renderTrail(state: DemoState, request: RequestState, room: number): Line {
  const marks = fallbackMarks(state, request);
  const trails = [fullTrail(state, request), shortTrail(state, request)];
  const forms = marks.flatMap((mark) => trails.map((trail) => [...trail, ...mark]));
  const fitting = forms.find((form) => lineWidth(form) <= room);
  return fitting ?? [span(fit(lineText(forms.at(-1) ?? []), room))];
}

function fullTrail(state: DemoState, request: RequestState): Span[] {
  const steps = request.tried.map((tried) => describeStep(state, request, tried));
  const ending = pending(state, request);
  if (ending !== null) steps.push(ending);
  return steps.flatMap((step, index) => (index === 0 ? step : [span(" → ", "faint"), ...step]));
}

/** Failed tries as bare results: `429 429 → Personal 200`. */
function shortTrail(state: DemoState, request: RequestState): Span[] {
  const failed = request.tried.filter((tried) => !tried.ok).map((tried) => span(`${tried.result} `, "warn"));
  const last = request.tried.findLast((tried) => tried.ok);
  const ending = last === undefined ? pending(state, request) : describeStep(state, request, last);
  if (ending === null) return failed;
  return failed.length === 0 ? ending : [...failed, span("→ ", "faint"), ...ending];
}

/** `Work 200`, with dots while the answer still flows. */
function describeStep(state: DemoState, { record }: RequestState, tried: Tried): Span[] {
  const step = [span(`${labelOf(state, tried.key)} `), span(tried.result, tried.ok ? "good" : "warn")];
  return tried.ok && record === null ? [...step, span(" …", "faint")] : step;
}

/** What the running request does now; null once the attempt that answers is listed. */
function pending(state: DemoState, request: RequestState): Span[] | null {
  const { record, servedBy, tried } = request;
  if (record !== null) return record.state === "complete" ? null : [span(record.state, toneOf(record.state))];
  if (request.queued) return [span("waits for a key", "warn")];
  if (tried.at(-1)?.ok) return null;
  if (servedBy === null) return [span("…", "faint")];
  return [span(`${labelOf(state, servedBy.key)} `), span("answers …", "faint")];
}

function toneOf(state: string): Tone {
  return state === "cancelled" ? "faint" : "bad";
}

function fallbackMarks(state: DemoState, request: RequestState): Line[] {
  const { servedBy } = request;
  if (servedBy === null || servedBy.model === request.model) return [[]];
  const from = shortModel(request.model);
  const to = shortModel(servedBy.model);
  const longest =
    providerOf(state, servedBy.key) === "openai"
      ? `fell back to ${labelOf(state, servedBy.key)}: ${to}`
      : `fell back: ${from} → ${to}`;
  return [longest, `fell back: ${to}`, `→ ${to}`].map((text) => [span("  "), span(text, "accent")]);
}

function lineText(line: Line): string {
  return line.map((piece) => piece.text).join("");
}
