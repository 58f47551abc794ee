// Writes one line per request into the log: what was asked, what served, what was tried.
import type { Attempt } from "../engine/types";
import type { RequestBus } from "../state/bus";
import type { RequestRecord } from "../state/record";
import type { LogFields, Logger } from "./log-file";

const longestName = 256;

/** Logs every finished request, at `info` if it was served, at `warn` if not; and what was learnt about servers. */
export function logRequests(bus: RequestBus, log: Logger): () => void {
  return bus.ends.subscribe((event) => {
    if (event.type === "learnt") {
      const { id, baseUrl, model, lessons } = event;
      log.log("info", "learnt about a server", { id, baseUrl, model: cut(model), lessons });
    }
    if (event.type !== "finished") return;
    const served = event.record.state === "complete";
    const level = served ? "info" : "warn";
    if (log.writes(level)) log.log(level, "request", toFields(event.record));
  });
}

function toFields(record: RequestRecord): LogFields {
  const { id, profile, endpoint, modelAsked, modelServed, key, status, state, attempts, queuedMs, totalMs } =
    record;
  const { refusal, target } = record;
  return {
    id,
    profile,
    endpoint,
    ...(target === null ? {} : { target: cut(target) }),
    model: cut(modelAsked),
    served: modelServed === null ? null : cut(modelServed),
    key,
    status,
    state,
    queuedMs: Math.round(queuedMs),
    ms: Math.round(totalMs),
    // The plain case needs no trail.
    ...(attempts.length > 1 || status >= 400 ? { attempts: attempts.map(describeAttempt) } : {}),
    // With attempts, they tell it.
    ...(refusal !== undefined && attempts.length === 0 ? { error: refusal } : {}),
  };
}

function describeAttempt({
  key,
  model,
  status,
  reason,
  words,
  ms,
  skipped,
}: Attempt): Record<string, unknown> {
  const attempt = { key, model: cut(model), status, reason, words };
  // It was not asked, since it rests.
  return skipped ? { ...attempt, skipped } : { ...attempt, ms };
}

/** A model may be called anything, and the log is small. */
function cut(name: string): string {
  return name.slice(0, longestName);
}
