// A request under way as the dashboard shows it.
import { productOf } from "../../state/ledger/kinds";
import type { RequestUnderWay } from "../../state/record";
import { showName } from "../../state/show-name";
import type { ActiveRequest } from "../contract";

export function describeActive(request: RequestUnderWay): ActiveRequest {
  const { id, profile, modelAsked, stream, progress } = request;
  const { phase, key, model, until } = progress;
  return {
    id,
    at: new Date(request.startedAt).toISOString(),
    profile,
    client: productOf(request.client),
    modelAsked: showName(modelAsked),
    stream,
    phase,
    key,
    model: model === null ? null : showName(model),
    attempts: request.attempts.filter((attempt) => !attempt.skipped && attempt.reason !== "ok").length,
    until: until === null ? null : new Date(until).toISOString(),
  };
}
