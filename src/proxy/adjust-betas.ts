// Takes the values out of an `anthropic-beta` header that stand for what a model refuses.
import type { AcceptedFields, ClaudeModel } from "../engine/claude-models";

/** Beginnings of the values; their dates change with each release of a beta. */
const betaPrefixes: readonly (readonly [keyof AcceptedFields, readonly string[]])[] = [
  ["messageEffort", ["per-turn-control-", "mid-conversation-output-config-"]],
  ["toolChanges", ["mid-conversation-tool-changes-", "inline-tools-"]],
  ["systemMessages", ["mid-conversation-system-"]],
  ["displayUpdates", ["thinking-display-"]],
  ["safeguards", ["dangerous-tool-use-"]],
  ["compaction", ["compact-"]],
  ["taskBudget", ["task-budgets-"]],
  ["fast", ["fast-mode-"]],
];

/** `kept`: the header's new value, `beta` itself if nothing goes, null if nothing is left. */
export function adjustBetas(
  beta: string | null,
  model: ClaudeModel,
): { kept: string | null; removed: string[] } {
  const refused = betaPrefixes.flatMap(([field, prefixes]) => (model.accepts[field] ? [] : prefixes));
  if (model.efforts.length === 0) refused.push("effort-");
  const values = beta === null ? [] : beta.split(",").map((value) => value.trim());
  const removed = values.filter((value) => refused.some((prefix) => value.startsWith(prefix)));
  if (removed.length === 0) return { kept: beta, removed };
  const kept = values.filter((value) => !removed.includes(value));
  return { kept: kept.length === 0 ? null : kept.join(","), removed };
}
