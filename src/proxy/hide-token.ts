// Takes a key's own secret out of an upstream's words, before they are learnt from and shown.
import type { Outcome } from "../engine/types";
import { redactKnown } from "../redact";

/** Tokens of gateways have any shape: only who sent one knows it again. The client gets the answer as it came. */
export function hideToken(outcome: Outcome, token: string): Outcome {
  if (outcome.kind !== "error") return outcome;
  return { ...outcome, body: redactKnown(outcome.body, [token]) };
}
