// Loads OpenAI's o200k tokenizer, whose tables are too big to be loaded at start-up.

/** Tokens of a text, of at least one character. */
export type TokenizeText = (text: string) => number;

/**
 * The first call takes some 300 ms; later ones nothing. Texts that look like the tokenizer's control tokens count as the
 * text they are.
 */
export async function loadTokenizer(): Promise<TokenizeText> {
  await import("gpt-tokenizer/bpeRanks/o200k_base");
  const { countTokens, setMergeCacheSize } = await import("gpt-tokenizer/encoding/o200k_base");
  // Words of prompts that are kept for the next count.
  setMergeCacheSize(10_000);
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => countTokens(text, options);
}
