// Fits a request that falls back to another Claude model to what that model accepts, by changing only those bytes.
import { acceptsAllOf, type ClaudeModel, findClaudeModel } from "../engine/claude-models";
import { adjustBetas } from "./adjust-betas";
import { adjustMessages, readMessages } from "./adjust-messages";
import { adjustReasoning } from "./adjust-reasoning";
import { RequestEdit } from "./request-edit";
import { changeMembers, cutItems } from "./splice-json";

export interface AdjustedRequest {
  body: Uint8Array;
  /** The value for the header `anthropic-beta`; null: none. */
  beta: string | null;
  /** What was done, in words for the record; empty: nothing. */
  adjusted: string[];
}

/**
 * `body`: valid JSON for the Messages API; its `model` is not looked at. `from`, `to`: the asked model and the one that is
 * going to answer; `beta`: the client's `anthropic-beta` header.
 *
 * A pure function of its arguments that leaves every byte as it is which need not change. Nothing is scanned when `to` accepts
 * whatever `from` does, or is unknown. What the models accept: `claude-models.ts`; what is put in its place follows the
 * requests that Claude Code itself makes for these models.
 */
export function adjustForModel(
  body: Uint8Array,
  from: string,
  to: string,
  beta: string | null,
): AdjustedRequest {
  const model = findClaudeModel(to);
  const asked = findClaudeModel(from);
  if (model === null || (asked !== null && acceptsAllOf(model, asked))) return { body, beta, adjusted: [] };
  const request = new RequestEdit(body);
  const messages = readMessages(request);
  adjustReasoning(request, messages, model);
  adjustSampling(request, model);
  adjustContextManagement(request, model);
  if (!model.accepts.safeguards) remove(request, "safeguards");
  if (!model.accepts.fast && request.valueOf("speed") === "fast") remove(request, "speed");
  adjustMessages(request, messages, model, adjustToolChoice(request, model));
  const { kept, removed } = adjustBetas(beta, model);
  if (removed.length > 0) request.words.push(`beta ${removed.join(", ")} removed`);
  return { body: request.apply(), beta: kept, adjusted: request.words };
}

/** Models after Opus 4.6 refuse these values and no others. */
const refusedSampling: readonly (readonly [string, (value: number) => boolean])[] = [
  ["temperature", (value) => value !== 1],
  ["top_p", (value) => value < 0.99],
  ["top_k", () => true],
];

function adjustSampling(request: RequestEdit, model: ClaudeModel): void {
  if (model.accepts.sampling) return;
  for (const [key, isRefused] of refusedSampling) {
    const value = request.numberOf(key);
    if (value !== null && isRefused(value)) remove(request, key);
  }
}

function adjustContextManagement(request: RequestEdit, model: ClaudeModel): void {
  const { reader, members } = request;
  const place = members.get("context_management");
  const list = place === undefined ? null : reader.memberAt(place.start, "edits");
  if (list === null) return;
  const edits = [...reader.elements(list.start)].map((span) => ({
    ...span,
    type: reader.stringMemberAt(span.start, "type") ?? "",
  }));
  const doomed = new Set(
    edits.filter(({ type }) => {
      if (type.startsWith("compact_")) return !model.accepts.compaction;
      // Clearing thinking is refused where there is none.
      return type.startsWith("clear_thinking_") && request.isRemoved("thinking");
    }),
  );
  if (doomed.size === 0) return;
  request.words.push(`context_management ${[...doomed].map(({ type }) => type).join(", ")} removed`);
  if (doomed.size === edits.length) request.set("context_management", null);
  else request.edits.push(...cutItems(edits, doomed));
}

/** Returns what is to be asked for in words instead; null: nothing. */
function adjustToolChoice({ reader, members, edits, words }: RequestEdit, model: ClaudeModel): string | null {
  const place = members.get("tool_choice");
  if (model.accepts.forcedToolChoice || place === undefined) return null;
  const type = reader.stringMemberAt(place.start, "type");
  if (type !== "any" && type !== "tool") return null;
  const name = type === "tool" ? reader.stringMemberAt(place.start, "name") : null;
  const changes = new Map<string, string | null>([["type", '"auto"']]);
  changes.set("name", null);
  edits.push(...changeMembers(reader, place.start, changes));
  words.push(`tool_choice ${type} -> auto, asked for in words`);
  return name === null
    ? "Answer with a call of one of the tools."
    : `Answer with a call of the tool ${JSON.stringify(name)}.`;
}

function remove(request: RequestEdit, key: string): void {
  if (!request.members.has(key)) return;
  request.set(key, null);
  request.words.push(`${key} removed`);
}
