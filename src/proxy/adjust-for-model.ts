// Fits a request that falls back to another Claude model to what that model accepts, by changing only those bytes.
import { acceptsAllOf, type ClaudeModel, findClaudeModel } from "../engine/claude-models";
import { type Adjustment, adjustMessages, isThinkingMissing } from "./adjust-messages";
import { fitReasoning, type Reasoning } from "./fit-reasoning";
import { findRoot } from "./scan-tokens";
import { JsonReader } from "./scan-values";
import { applyEdits, changeMembers, cutItems, type Edit, listMembers, type PlacedMember } from "./splice-json";

export interface AdjustedRequest {
  body: Uint8Array;
  /** The value for the header `anthropic-beta`; null: none. */
  beta: string | null;
  /** What was done, in words for the record; empty: nothing. */
  adjusted: string[];
}

/** The parts of a request that are looked at; values of another kind than the API's are left to the API. */
class Request {
  readonly reader: JsonReader;
  readonly root: number;
  readonly members: ReadonlyMap<string, PlacedMember>;

  constructor(body: Uint8Array) {
    this.reader = new JsonReader(body);
    this.root = findRoot(body);
    this.members = new Map(listMembers(this.reader, this.root).map((member) => [member.key, member]));
  }

  /** Only for members that are small. */
  valueOf(key: string): unknown {
    const member = this.members.get(key);
    if (member === undefined) return undefined;
    return JSON.parse(Buffer.from(this.reader.bytes.subarray(member.start, member.end)).toString());
  }

  numberOf(key: string): number | null {
    const value = this.valueOf(key);
    return typeof value === "number" ? value : null;
  }

  objectOf(key: string): Record<string, unknown> | null {
    const value = this.valueOf(key);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  }
}

/** What is collected while the request is looked through. */
interface Collected {
  /** Top-level members with their new values; null: taken out. */
  changes: Map<string, string | null>;
  /** Inside members that stay. */
  edits: Edit[];
  words: string[];
}

/**
 * `body`: valid JSON for the Messages API; its `model` is not looked at. `from`, `to`: the asked model and the one that is
 * going to answer; `beta`: the client's `anthropic-beta` header.
 *
 * A pure function of its arguments that leaves every byte as it is which need not change. Nothing is scanned when `to` accepts
 * whatever `from` does, or is unknown. What the models accept: `claude-models.ts`; what is put in its place follows the
 * requests that Claude Code itself makes for these models.
 */
export function adjustForModel(body: Uint8Array, from: string, to: string, beta: string | null): AdjustedRequest {
  const model = findClaudeModel(to);
  const asked = findClaudeModel(from);
  if (model === null || (asked !== null && acceptsAllOf(model, asked))) return { body, beta, adjusted: [] };
  const request = new Request(body);
  const collected: Collected = { changes: new Map(), edits: [], words: [] };
  const maxTokens = limitMaxTokens(request, model, collected);
  adjustReasoning(request, model, maxTokens, collected);
  adjustSampling(request, model, collected);
  const instruction = adjustToolChoice(request, model, collected);
  adjustContextManagement(request, model, collected);
  for (const [key, accepted] of [
    ["safeguards", model.accepts.safeguards],
    ["speed", model.accepts.fast || request.valueOf("speed") !== "fast"],
  ] as const) {
    if (!accepted && request.members.has(key)) remove(key, collected);
  }
  const messages = request.members.get("messages");
  if (messages !== undefined) add(adjustMessages(request.reader, messages.start, model, instruction), collected);
  const betas = adjustBetas(beta, model);
  if (betas.removed.length > 0) collected.words.push(`beta ${betas.removed.join(", ")} removed`);
  const edits = [...changeMembers(request.reader, request.root, collected.changes), ...collected.edits];
  return { body: applyEdits(body, edits), beta: betas.kept, adjusted: collected.words };
}

/** Returns the value that is going to be sent. */
function limitMaxTokens(request: Request, model: ClaudeModel, { changes, words }: Collected): number | null {
  const maxTokens = request.numberOf("max_tokens");
  if (maxTokens === null || maxTokens <= model.maxOutput) return maxTokens;
  changes.set("max_tokens", String(model.maxOutput));
  words.push(`max_tokens ${maxTokens} -> ${model.maxOutput}`);
  return model.maxOutput;
}

function adjustReasoning(request: Request, model: ClaudeModel, maxTokens: number | null, collected: Collected): void {
  const { reader, members } = request;
  const asked = readReasoning(request);
  const messages = members.get("messages");
  const fitted = fitReasoning(asked, model, {
    maxTokensAsked: request.numberOf("max_tokens"),
    maxTokens,
    thinkingIsMissing: messages !== undefined && isThinkingMissing(reader, messages.start),
  });
  adjustThinking(request, asked.thinking, fitted.thinking, collected);
  const config = request.objectOf("output_config");
  const changes = new Map<string, string | null>();
  if (fitted.effort !== asked.effort) {
    changes.set("effort", fitted.effort === null ? null : JSON.stringify(fitted.effort));
    collected.words.push(`effort ${asked.effort ?? "none"} -> ${fitted.effort ?? "none"}`);
  }
  if (config !== null && "task_budget" in config && !model.accepts.taskBudget) {
    changes.set("task_budget", null);
    collected.words.push("task_budget removed");
  }
  const place = members.get("output_config");
  const stays = [...changes.values()].some((value) => value !== null) || remains(config, changes);
  if (changes.size === 0) return;
  if (!stays) collected.changes.set("output_config", null);
  else if (config === null || place === undefined) {
    collected.changes.set("output_config", JSON.stringify({ effort: fitted.effort }));
  } else collected.edits.push(...changeMembers(reader, place.start, changes));
}

function readReasoning(request: Request): Reasoning {
  const thinking = request.objectOf("thinking");
  const effort = request.objectOf("output_config")?.effort;
  const { type, budget_tokens: budget, display } = thinking ?? {};
  return {
    thinking:
      typeof type !== "string"
        ? null
        : {
            type,
            budget: typeof budget === "number" ? budget : null,
            display: typeof display === "string" ? display : null,
          },
    effort: typeof effort === "string" ? effort : null,
  };
}

function adjustThinking(
  { reader, members }: Request,
  asked: Reasoning["thinking"],
  fitted: Reasoning["thinking"],
  { changes, edits, words }: Collected,
): void {
  const place = members.get("thinking");
  if (asked === null || place === undefined) return;
  if (fitted === null) {
    changes.set("thinking", null);
    words.push(`thinking ${asked.type} -> none`);
    return;
  }
  const inside = new Map<string, string | null>();
  if (fitted.type !== asked.type) inside.set("type", JSON.stringify(fitted.type));
  if (fitted.budget !== asked.budget) {
    inside.set("budget_tokens", fitted.budget === null ? null : String(fitted.budget));
  }
  if (fitted.display !== asked.display) inside.set("display", null);
  edits.push(...changeMembers(reader, place.start, inside));
  const budgets = [asked, fitted].map(({ type, budget }) => (budget === null ? type : `${type} ${budget}`));
  if (inside.has("type") || inside.has("budget_tokens")) words.push(`thinking ${budgets.join(" -> ")}`);
  if (inside.has("display")) words.push(`thinking.display ${asked.display} removed`);
}

/** Models after Opus 4.6 refuse these values and no others. */
function adjustSampling(request: Request, model: ClaudeModel, collected: Collected): void {
  if (model.accepts.sampling) return;
  const refused: Record<string, (value: number) => boolean> = {
    temperature: (value) => value !== 1,
    top_p: (value) => value < 0.99,
    top_k: () => true,
  };
  for (const [key, isRefused] of Object.entries(refused)) {
    const value = request.numberOf(key);
    if (value !== null && isRefused(value)) remove(key, collected);
  }
}

/** Returns what is to be said in words instead; null: nothing. */
function adjustToolChoice({ reader, members, ...request }: Request, model: ClaudeModel, collected: Collected) {
  void request;
  const place = members.get("tool_choice");
  if (model.accepts.forcedToolChoice || place === undefined) return null;
  const type = reader.stringMemberAt(place.start, "type");
  if (type !== "any" && type !== "tool") return null;
  const name = reader.stringMemberAt(place.start, "name");
  const changes = new Map([
    ["type", '"auto"'],
    ["name", null],
  ]);
  collected.edits.push(...changeMembers(reader, place.start, changes));
  collected.words.push(`tool_choice ${type} -> auto, asked for in words`);
  return type === "tool" && name !== null
    ? `Answer with a call of the tool ${JSON.stringify(name)}.`
    : "Answer with a call of one of the tools.";
}

function adjustContextManagement(request: Request, model: ClaudeModel, collected: Collected): void {
  const { reader, members } = request;
  const place = members.get("context_management");
  const list = place === undefined ? null : reader.memberAt(place.start, "edits");
  if (list === null) return;
  // Clearing thinking is refused where there is none.
  const withoutThinking = collected.changes.has("thinking");
  const edits = [...reader.elements(list.start)];
  const doomed = new Set(
    edits.filter((edit) => {
      const type = reader.stringMemberAt(edit.start, "type") ?? "";
      return (
        (type.startsWith("compact_") && !model.accepts.compaction) ||
        (type.startsWith("clear_thinking_") && withoutThinking)
      );
    }),
  );
  if (doomed.size === 0) return;
  const types = [...doomed].map((edit) => reader.stringMemberAt(edit.start, "type"));
  collected.words.push(`context_management ${types.join(", ")} removed`);
  if (doomed.size === edits.length) collected.changes.set("context_management", null);
  else collected.edits.push(...cutItems(edits, doomed));
}

function adjustBetas(beta: string | null, { accepts, efforts }: ClaudeModel): { kept: string | null; removed: string[] } {
  const refused: string[] = [];
  if (efforts.length === 0) refused.push("effort-");
  if (!accepts.messageEffort) refused.push("per-turn-control-", "mid-conversation-output-config-");
  if (!accepts.toolChanges) refused.push("mid-conversation-tool-changes-", "inline-tools-");
  if (!accepts.systemMessages) refused.push("mid-conversation-system-");
  if (!accepts.displayUpdates) refused.push("thinking-display-");
  if (!accepts.safeguards) refused.push("dangerous-tool-use-");
  if (!accepts.compaction) refused.push("compact-");
  if (!accepts.taskBudget) refused.push("task-budgets-");
  if (!accepts.fast) refused.push("fast-mode-");
  const values = beta === null ? [] : beta.split(",").map((value) => value.trim());
  const removed = values.filter((value) => refused.some((prefix) => value.startsWith(prefix)));
  if (removed.length === 0) return { kept: beta, removed };
  const kept = values.filter((value) => !removed.includes(value));
  return { kept: kept.length === 0 ? null : kept.join(","), removed };
}

function remains(config: Record<string, unknown> | null, changes: ReadonlyMap<string, string | null>): boolean {
  return Object.keys(config ?? {}).some((key) => !changes.has(key));
}

function remove(key: string, { changes, words }: Collected): void {
  changes.set(key, null);
  words.push(`${key} removed`);
}

function add({ edits, words }: Adjustment, collected: Collected): void {
  collected.edits.push(...edits);
  collected.words.push(...words);
}
