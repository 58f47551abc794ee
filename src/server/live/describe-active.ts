// A request under way as the dashboard shows it.
import type { RequestUnderWay } from "../../state/record";
import type { ActiveRequest } from "../contract";

export function describeActive(request: RequestUnderWay): ActiveRequest {
  const { id, profile, modelAsked, stream, progress } = request;
  const { phase, key, model, until } = progress;
  return {
    id,
    at: new Date(request.startedAt).toISOString(),
    profile,
    client: request.client.split(" ", 1)[0] ?? "",
    modelAsked,
    stream,
    phase,
    key,
    model,
    attempts: request.attempts.filter((attempt) => !attempt.skipped && attempt.reason !== "ok").length,
    until: until === null ? null : new Date(until).toISOString(),
  };
}
