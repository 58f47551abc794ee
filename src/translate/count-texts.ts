// Counts the tokens of many texts in bounded time: all of a short prompt, evenly spaced samples of a long one.
import type { TokenizeText } from "./load-tokenizer";

/** Characters that are looked at; about 15 ms. */
const sampleLimit = 65_536;
const sliceLength = 512;
/**
 * Tokenizers take a time that grows with the square of a word's length. No text of any language has words this long
 * where it would matter that they are cut.
 */
const longRuns = /\S{129,}|\s{129,}/g;
const runPiece = 128;

/** At most about 65,536 characters are tokenized; the rest is taken to be like them. */
export function countTexts(texts: readonly string[], tokenize: TokenizeText): number {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  if (total <= sampleLimit) return texts.reduce((sum, text) => sum + countText(text, tokenize), 0);
  const samples = takeSamples(texts, Math.ceil((sliceLength * total) / sampleLimit));
  const sampled = samples.reduce((sum, sample) => sum + sample.length, 0);
  const tokens = samples.reduce((sum, sample) => sum + countText(sample, tokenize), 0);
  return Math.ceil((tokens * total) / Math.max(1, sampled));
}

/** One slice of each `stride` characters of all the texts in a row. */
function takeSamples(texts: readonly string[], stride: number): string[] {
  const samples: string[] = [];
  let next = 0;
  for (const text of texts) {
    while (next < text.length) {
      samples.push(text.slice(next, next + sliceLength));
      next += stride;
    }
    next -= text.length;
  }
  return samples;
}

function countText(text: string, tokenize: TokenizeText): number {
  let tokens = 0;
  let from = 0;
  for (const match of text.matchAll(longRuns)) {
    const [run] = match;
    if (match.index > from) tokens += tokenize(text.slice(from, match.index));
    for (let at = 0; at < run.length; at += runPiece) tokens += tokenize(run.slice(at, at + runPiece));
    from = match.index + run.length;
  }
  return from < text.length ? tokens + tokenize(text.slice(from)) : tokens;
}
