// What the client hears when no key could serve a route that only Anthropic has.
import { finalAnswer } from "../engine/final-answer";
import type { Attempt, KeyId } from "../engine/types";
import { toOwnError } from "./answer-finally";
import type { ProxyContext } from "./context";
import type { OwnError } from "./own-answer";
import { noModel } from "./passed-attempt";

/** `attempts`: those that were made. `only`: the one key that may serve, because it was named or owns what the request names. */
export function refuseRoute(
  context: ProxyContext,
  attempts: readonly Attempt[],
  only: KeyId | null,
): OwnError {
  const asked = context.candidates.filter(({ key }) => only === null || key === only);
  const anthropic = asked.filter(({ provider }) => provider === "anthropic");
  if (context.candidates.length > 0 && anthropic.length === 0) return noAnthropicKey(only);
  const skipped = anthropic.flatMap(({ key, provider }): Attempt[] => {
    const availability = context.pool.availability(key, noModel, "messages");
    if (availability.usable || attempts.some((attempt) => attempt.key === key)) return [];
    const { status, reason, words, until } = availability;
    return [{ key, model: noModel, provider, status, reason, words, until, ms: 0, skipped: true }];
  });
  return toOwnError(
    finalAnswer({
      attempts: [...attempts, ...skipped],
      models: [],
      keyCount: anthropic.length,
      now: context.clock.now(),
      formatTime: (at) => new Date(at).toTimeString().slice(0, 8),
    }),
  );
}

function noAnthropicKey(only: KeyId | null): OwnError {
  const message =
    only === null
      ? "Only an Anthropic key can serve this route, and this profile has none. Add one with `cf add-key`."
      : `Only the key ${only} could serve this request, and it is no Anthropic key of this profile (any more).`;
  return { status: 401, type: "authentication_error", message, details: { attempts: [] } };
}
