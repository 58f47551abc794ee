// Counts the tokens of a request where no Anthropic key can do it.
import { countTokens } from "../translate/count-tokens";

/** Tokens of a request as Claude would count them, roughly; at least 1. The first call loads the tokenizer. */
export async function countLocally(body: Uint8Array): Promise<number> {
  const { loadTokenizer } = await import("../translate/load-tokenizer");
  const tokenize = await loadTokenizer();
  return countTokens(JSON.parse(new TextDecoder().decode(body)), tokenize);
}
