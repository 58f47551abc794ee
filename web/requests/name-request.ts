// What a request asked for, and what is said of one that no key was asked for. Pure.
import type { RequestRow } from "../../src/server/contract";

/** A model, or the route of what names none. */
export function nameRequest({ target, modelAsked }: Pick<RequestRow, "target" | "modelAsked">): string {
  return target ?? (modelAsked === "" ? "No model was read" : modelAsked);
}

export const kindWords: Record<RequestRow["endpoint"], string> = {
  messages: "messages",
  count_tokens: "token counts",
  models: "model lists",
  other: "passed through",
};

/** Who answered where no key did: this proxy with what it knows, or with why it cannot; null: a key was the last to answer. */
export function describeOwnAnswer(row: RequestRow, labelOf: (key: string) => string): string | null {
  if (row.refusal !== null) return row.refusal;
  if (row.endpoint !== "models" || row.state !== "complete") return null;
  if (row.attempts.some((attempt) => attempt.reason === "ok")) return null;
  if (row.key === null) return "The models that the config names were listed.";
  return `${labelOf(row.key)} had answered the same before.`;
}
