// Counts the tokens of requests where no Anthropic key can do it.
import { countTokens } from "../translate/count-tokens";

/** One count after the other, however many are asked for at once: between them streams and other requests get their turn. */
export class LocalCounter {
  #last: Promise<unknown> = Promise.resolve();

  /** Tokens of a request as Claude would count them, roughly; at least 1. The first call loads the tokenizer. */
  count(body: Uint8Array): Promise<number> {
    const counted = this.#last.then(() => countInTurn(body));
    // A body that cannot be counted is the affair of whoever asked, not of those behind it.
    this.#last = counted.catch(() => {});
    return counted;
  }
}

async function countInTurn(body: Uint8Array): Promise<number> {
  const { loadTokenizer } = await import("../translate/load-tokenizer");
  const tokenize = await loadTokenizer();
  // A timer, because what is due at the end of this turn of the event loop would run before sockets are looked at.
  await new Promise((resolve) => setTimeout(resolve));
  return countTokens(JSON.parse(new TextDecoder().decode(body)), tokenize);
}
