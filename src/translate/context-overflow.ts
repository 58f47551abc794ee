// Says a context overflow in Anthropic's words, which clients parse to shrink the conversation and go on.
import type { OpenAiError } from "./read-openai-error";

interface Counts {
  /** Tokens of the prompt. */
  input: number | null;
  /** Tokens that the answer may have. */
  output: number | null;
  /** Tokens that both may have together. */
  limit: number | null;
}

const overflowCodes = new Set([
  "context_length_exceeded",
  "context_window_exceeded",
  "exceed_context_size_error",
  "model_max_prompt_tokens_exceeded",
]);

/** How servers word it; a wording that only one of them uses names that server. */
const overflowWords = new RegExp(
  [
    "maximum context length",
    "maximum prompt length", // xAI
    "exceeds? the (?:model's |available )?context (?:window|size|length)",
    "context (?:window|length|size) (?:of this model |limit )?(?:is |was |has been )?exceeded",
    "model is loaded with context length of only", // LM Studio
    "max_new_tokens`? must be <=", // Text Generation Inference
    "input token count.{0,40} exceeds the maximum number of tokens", // Gemini
    "input length and `max_tokens` exceed context limit", // Anthropic behind a compatible gateway
    "prompt is too long",
    "input is too long for requested model", // Bedrock
    "reduce the length of the (?:messages|input|prompt)",
  ].join("|"),
  "i",
);

const limitPatterns = [
  /(?:maximum context length|maximum prompt length)(?: is|:| of)? (?:only )?(\d[\d,]*)/i,
  /context (?:size|length|window)(?: limit)?(?: of(?: only)?| is|:)? \(?(\d[\d,]*)/i,
  /with (\d[\d,]*) maximum context length/i,
  /must be <= (\d[\d,]*)/i,
  /maximum number of tokens allowed \((\d[\d,]*)/i,
  /exceed context limit: \d+ \+ \d+ > (\d+)/i,
  /too long: \d+ tokens > (\d+)/i,
];
const inputPatterns = [
  /messages resulted in (\d[\d,]*) tokens/i,
  /(\d[\d,]*) (?:input tokens|tokens from the input|in the messages|of text input|tokens in the messages)/i,
  /(?:prompt|request) contains (?:at least )?(\d[\d,]*) (?:input )?tokens/i,
  /request \((\d[\d,]*) tokens\)/i,
  /given: (\d[\d,]*) .inputs. tokens/i,
  /input token count \((\d[\d,]*)/i,
  /keep the first (\d[\d,]*) tokens/i,
  /exceed context limit: (\d+) \+/i,
  /too long: (\d[\d,]*)/i,
];
const outputPatterns = [
  /(\d[\d,]*) (?:in the completion|tokens for the completion|in the output|output tokens)/i,
  /is too large: (\d[\d,]*)/i,
  /and (\d[\d,]*) .max_new_tokens/i,
  /exceed context limit: \d+ \+ (\d+) >/i,
];
const totalPatterns = [/requested (?:about )?(\d[\d,]*) tokens/i];
/** Parts of the prompt that some servers count one by one beside the messages. */
const furtherInput = [
  /(\d[\d,]*) in the functions/i,
  /(\d[\d,]*) of tool input/i,
  /(\d[\d,]*) of image input/i,
];

/** Null if the error is not about the context window. `estimate`: our own count of the prompt, for servers that tell none. */
export function describeOverflow(error: OpenAiError, estimate: number): string | null {
  const byCode = overflowCodes.has(error.code ?? "") || overflowCodes.has(error.type ?? "");
  if (!byCode && !overflowWords.test(error.message)) return null;
  const { input, output, limit } = readCounts(error);
  if (limit === null) return "prompt is too long: the input exceeds the context window of the model";
  if (input !== null && output !== null && input < limit && input + output > limit) {
    return `input length and \`max_tokens\` exceed context limit: ${input} + ${output} > ${limit}`;
  }
  // Clients compare the two numbers: an estimate below the limit would contradict the refusal.
  const tokens = Math.max(input ?? Math.round(estimate), limit + 1);
  return `prompt is too long: ${tokens} tokens > ${limit} maximum`;
}

function readCounts(error: OpenAiError): Counts {
  const { message } = error;
  const output = findNumber(message, outputPatterns);
  const limit = error.contextTokens ?? findNumber(message, limitPatterns);
  const direct = error.promptTokens ?? findNumber(message, inputPatterns);
  if (direct !== null) {
    const further = furtherInput.map((pattern) => findNumber(message, [pattern]) ?? 0);
    return { input: further.reduce((sum, part) => sum + part, direct), output, limit };
  }
  const total = findNumber(message, totalPatterns);
  return { input: total === null ? null : Math.max(0, total - (output ?? 0)), output, limit };
}

function findNumber(text: string, candidates: readonly RegExp[]): number | null {
  for (const pattern of candidates) {
    const digits = pattern.exec(text)?.[1];
    if (digits !== undefined) return Number(digits.replaceAll(",", ""));
  }
  return null;
}
