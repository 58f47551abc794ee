// What happened to a request, in one or two sentences. Pure.
import type { RequestRow } from "../../src/server/contract";
import { formatDuration, listNames, plural } from "../format";
import { describeOwnAnswer } from "./name-request";

/** `Personal could not (rate limited). Work answered 200 with claude-sonnet-4-6 instead of claude-opus-4-6.` */
export function tellStory(row: RequestRow, labelOf: (key: string) => string): string {
  const failed = row.attempts.filter((attempt) => !attempt.skipped && attempt.reason !== "ok");
  const skipped = row.attempts.filter((attempt) => attempt.skipped);
  const sentences = [...describeFailures(failed, labelOf)];
  if (skipped.length > 0) {
    const keys = [...new Set(skipped.map((attempt) => labelOf(attempt.key)))];
    sentences.push(`${listNames(keys)} ${keys.length === 1 ? "was" : "were"} at rest and not asked.`);
  }
  if (row.queuedMs > 0) sentences.push(`It waited ${formatDuration(row.queuedMs)} for a key.`);
  sentences.push(describeEnd(row, labelOf));
  return sentences.join(" ");
}

function describeFailures(failed: RequestRow["attempts"], labelOf: (key: string) => string): string[] {
  const groups = Map.groupBy(failed, (attempt) => `${attempt.key} ${attempt.words}`);
  return [...groups.values()].map((group) => {
    const { key, words } = group[0] ?? { key: "", words: "" };
    const times = group.length > 1 ? ` (${plural(group.length, "attempt")})` : "";
    return `${labelOf(key)}: ${words}${times}.`;
  });
}

function describeEnd(row: RequestRow, labelOf: (key: string) => string): string {
  const who = row.key === null ? "" : labelOf(row.key);
  const model =
    row.modelServed === null || row.modelServed === row.modelAsked
      ? ""
      : ` with ${row.modelServed} instead of ${row.modelAsked}`;
  const own = describeOwnAnswer(row, labelOf);
  switch (row.state) {
    case "complete":
      if (own !== null) return own;
      return `${who} answered${model}.`;
    case "truncated":
      return `${who} answered${model}, but the answer broke off.`;
    case "cancelled":
      return "The client left before the end.";
    case "error":
      if (own === null) return `The client got ${row.status}.`;
      // Attempts have told why.
      return `The client got ${row.status} from this proxy${row.attempts.length > 0 ? "." : `: ${own}`}`;
  }
}
