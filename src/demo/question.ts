// What the simulated model is asked, whichever API the question came through.

export interface QuestionTool {
  name: string;
  /** JSON Schema of its input. */
  schema: unknown;
}

export interface Question {
  model: string;
  /** The person's own last words; empty if there are none. */
  ask: string;
  /** The client has just run tools and brings their results. */
  hasResult: boolean;
  tools: readonly QuestionTool[];
  /** `any`: one of them; an object: this one. */
  choice: "auto" | "none" | "any" | { name: string };
  /** Several tools may be called at once. */
  parallel: boolean;
  /** JSON Schema of a structured answer; undefined: plain words. */
  answerSchema: unknown;
  /** How long the answer may be, in tokens. */
  maxTokens: number;
}

const reminder = /<system-reminder>[\s\S]*?<\/system-reminder>/g;

/** The last text that is not a reminder which the client wrote by itself. */
export function ownWords(texts: readonly string[]): string {
  const words = texts.map((text) => text.replaceAll(reminder, "").trim());
  return words.findLast((text) => text !== "") ?? "";
}
