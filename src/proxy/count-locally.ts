// Counts the tokens of a request where no Anthropic key can do it.
import { estimateInputTokens } from "../translate/request/estimate-input";

/** Tokens of a request in Claude's measure, at least 1. */
export async function countLocally(body: Uint8Array): Promise<number> {
  const request: unknown = JSON.parse(new TextDecoder().decode(body));
  return Math.max(1, estimateInputTokens(typeof request === "object" && request !== null ? request : {}));
}
