// Reads of a `usage` object what it does not count itself: compactions, and the advisor's part, which has a model of its own.
import type { UsageBeside } from "../state/record";
import { isRecord } from "./is-record";

/** `message` and `fallback_message` entries are what the object's own counts sum up. */
const beside = new Set(["compaction", "advisor_message"]);

/** One sum for each model; null: no iterations were reported. `iterations`: anything. */
export function readIterations(iterations: unknown): readonly UsageBeside[] | null {
  if (!Array.isArray(iterations)) return null;
  const sums = new Map<string | null, UsageBeside>();
  for (const entry of iterations) {
    if (!isRecord(entry) || !beside.has(String(entry.type))) continue;
    const model = typeof entry.model === "string" ? entry.model.slice(0, longestModel) : null;
    const sum = sums.get(model) ?? { ...nothing, model };
    const written = countOf(entry.cache_creation_input_tokens);
    const { cache_creation: byTime } = entry;
    sums.set(model, {
      model,
      inputTokens: sum.inputTokens + countOf(entry.input_tokens),
      outputTokens: sum.outputTokens + countOf(entry.output_tokens),
      cacheReadTokens: sum.cacheReadTokens + countOf(entry.cache_read_input_tokens),
      cacheWriteTokens: sum.cacheWriteTokens + written,
      cacheWrite1hTokens:
        sum.cacheWrite1hTokens + (isRecord(byTime) ? countOf(byTime.ephemeral_1h_input_tokens) : 0),
    });
  }
  return [...sums.values()];
}

const longestModel = 256;
const nothing = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
};

function countOf(count: unknown): number {
  return typeof count === "number" && Number.isSafeInteger(count) && count > 0 ? count : 0;
}
