// Takes one event of the proxy into the demo's state: the request's row, the counts, and what there is to tell.
import type { Attempt, Timestamp } from "../engine/types";
import type { RequestEvent, RequestRecord } from "../state/record";
import {
  type Counts,
  type DemoState,
  type Moment,
  providerOf,
  type RequestState,
  type Tried,
} from "./demo-state";

// More rows than the tallest terminal shows.
const keptRequests = 120;

/** Pure: returns the state after the event. An event of an unknown request changes nothing. */
export function noteEvent(state: DemoState, event: RequestEvent, now: Timestamp): DemoState {
  if (event.type === "started") return addRequest(state, event.id, event.model, now);
  const id = event.type === "finished" ? event.record.id : event.id;
  const request = state.requests.find((known) => known.id === id);
  if (request === undefined) return state;

  switch (event.type) {
    case "attempt":
      return event.attempt.skipped
        ? state
        : replace(state, { ...request, tried: [...request.tried, describeAttempt(event.attempt)] });
    case "queued": {
      const { key, model, until } = event;
      const { moment: told } = state;
      const known = told.kind === "queued" && told.key === key && told.until === until;
      return {
        ...replace(state, { ...request, queued: true }),
        moment: known ? told : { kind: "queued", key, model, until },
      };
    }
    case "serving": {
      const served = { ...request, queued: false, servedBy: { key: event.key, model: event.model } };
      return { ...replace(state, served), moment: momentOf(state, served) };
    }
    case "trying":
    case "learnt":
      return state;
    case "finished":
      return finish(state, request, event.record);
  }
}

function addRequest(state: DemoState, id: string, model: string, now: Timestamp): DemoState {
  const total = state.total + 1;
  const request: RequestState = {
    id,
    number: total,
    startedAt: now,
    model,
    tried: [],
    servedBy: null,
    queued: false,
    record: null,
  };
  return { ...state, total, requests: [...state.requests, request].slice(-keptRequests) };
}

function finish(state: DemoState, request: RequestState, record: RequestRecord): DemoState {
  // Clients count tokens in bursts, which would push the real requests out of sight.
  if (record.endpoint === "count_tokens") {
    return { ...state, requests: state.requests.filter((known) => known !== request) };
  }
  const tried = record.attempts.filter((attempt) => !attempt.skipped).map(describeAttempt);
  const answered = record.key !== null && record.state === "complete";
  const servedBy =
    record.key !== null && record.modelServed !== null
      ? { key: record.key, model: record.modelServed }
      : request.servedBy;
  const finished: RequestState = { ...request, queued: false, tried, servedBy, record };
  const failed = record.state === "error" || record.state === "truncated";
  const moment: Moment = failed
    ? { kind: "failed", status: record.status }
    : answered && request.servedBy === null
      ? momentOf(state, finished)
      : state.moment;
  return {
    ...replace(state, finished),
    keys: state.keys.map((key) =>
      answered && key.health.id === record.key ? { ...key, served: key.served + 1 } : key,
    ),
    counts: countRequest(state.counts, record),
    moment,
  };
}

/** A request that its client gave up counts as nothing. */
function countRequest(counts: Counts, record: RequestRecord): Counts {
  if (record.state === "cancelled") return counts;
  if (record.state !== "complete") return { ...counts, failed: counts.failed + 1 };
  const hidden = record.attempts.filter((attempt) => !attempt.skipped && attempt.reason !== "ok").length;
  const hiddenErrors = counts.hiddenErrors + hidden;
  if (record.modelServed !== record.modelAsked)
    return { ...counts, hiddenErrors, fellBack: counts.fellBack + 1 };
  const moved = record.attempts.some((attempt) => attempt.key !== record.key);
  if (moved) return { ...counts, hiddenErrors, rotated: counts.rotated + 1 };
  return { ...counts, hiddenErrors, asAsked: counts.asAsked + 1 };
}

/** What is worth telling now that `request` is being answered; the last moment stays when nothing is new. */
function momentOf(state: DemoState, request: RequestState): Moment {
  const { servedBy, model, tried } = request;
  const told = state.moment;
  if (servedBy === null) return told;
  if (servedBy.model !== model) {
    const kind = providerOf(state, servedBy.key) === "openai" ? "leftClaude" : "fellBack";
    // A fallback that goes on is one turn of the story, however many requests and keys take part in it.
    const goesOn = told.kind === kind && told.served === servedBy.model;
    if (goesOn && (kind === "leftClaude" || told.asked === model)) return told;
    return { kind, asked: model, served: servedBy.model, key: servedBy.key };
  }
  const failure = tried.findLast((attempt) => !attempt.ok);
  if (failure?.key === servedBy.key) return { kind: "retried", key: servedBy.key, result: failure.result };
  if (failure !== undefined) {
    const { key: from, words, limited, until } = failure;
    return { kind: "rotated", from, to: servedBy.key, model, words, limited, until };
  }
  const before = state.requests.findLast(
    (known) => known.id !== request.id && known.model === model && known.servedBy !== null,
  );
  const cameBack =
    (before?.servedBy != null && before.servedBy.model !== model) ||
    (told.kind === "queued" && told.model === model) ||
    (told.kind === "rotated" && told.model === model && told.from === servedBy.key);
  return cameBack ? { kind: "returned", key: servedBy.key, model } : told;
}

function describeAttempt(attempt: Attempt): Tried {
  return {
    key: attempt.key,
    model: attempt.model,
    result: attempt.status === null ? attempt.reason.replaceAll("_", " ") : String(attempt.status),
    ok: attempt.reason === "ok",
    limited: attempt.reason === "rate_limited",
    words: attempt.words,
    until: attempt.until,
  };
}

function replace(state: DemoState, request: RequestState): DemoState {
  return { ...state, requests: state.requests.map((known) => (known.id === request.id ? request : known)) };
}
