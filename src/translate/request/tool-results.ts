// Gives every tool call exactly one result, and says in words what does not fit.

import { type JsonObject, readString } from "../json-value";
import type { AssistantItem, ToolCall } from "./assistant-items";
import { readParts } from "./content";
import { type ConversationContext, joinTexts, type Part, readBlocks, textParts } from "./parts";

export interface ToolResult {
  /** The call's id on the wire. */
  id: string;
  /** May be empty: a tool may have nothing to say. In `chat` only text. */
  parts: Part[];
}

export interface ConvertedResults {
  results: ToolResult[];
  /** The blocks that became results, each with the pictures and files that the result itself cannot carry. */
  leftBehind: Map<JsonObject, Part[]>;
}

const errorPrefix = "Error: ";

/** `blocks`: the `tool_result` blocks of the messages that answer these items. */
export function convertResults(
  items: readonly AssistantItem[],
  blocks: readonly JsonObject[],
  context: ConversationContext,
): ConvertedResults {
  const calls = items.filter((item) => item.kind === "call");
  const results: ToolResult[] = [];
  const leftBehind = new Map<JsonObject, Part[]>();
  for (const [clientId, sameId] of Map.groupBy(calls, (call) => call.clientId)) {
    const answers = blocks.filter((block) => (readString(block.tool_use_id) ?? "") === clientId);
    const kept = keepLast(answers, sameId.length, context);
    for (const answer of answers) leftBehind.set(answer, []);
    sameId.forEach((call, index) => {
      const answer = kept[index];
      if (answer === undefined) {
        context.warnings.add("tool_use without its result");
        results.push({ id: call.id, parts: [{ kind: "text", text: "[no result was recorded]" }] });
        return;
      }
      const { result, files } = convertResult(call, answer, context);
      results.push(result);
      leftBehind.set(answer, files);
    });
  }
  const order = new Map(calls.map((call, index) => [call.id, index]));
  results.sort((one, other) => (order.get(one.id) ?? 0) - (order.get(other.id) ?? 0));
  return { results, leftBehind };
}

/** A result whose call is nowhere to be seen: the user tells it. */
export function describeOrphan(block: JsonObject, context: ConversationContext): Part[] {
  context.warnings.add("tool_result without its call");
  const id = readString(block.tool_use_id) ?? "";
  const parts = readResultParts(block, context);
  return [...textParts(`[Result of the tool call ${id}, which is not in this conversation]`), ...parts];
}

/** A result that was sent twice is the later one. */
function keepLast(answers: JsonObject[], count: number, { warnings }: ConversationContext): JsonObject[] {
  if (answers.length <= count) return answers;
  warnings.add("second tool_result for a call");
  return answers.slice(-count);
}

function convertResult(
  call: ToolCall,
  block: JsonObject,
  context: ConversationContext,
): { result: ToolResult; files: Part[] } {
  const parts = readResultParts(block, context);
  const files = context.api === "chat" ? parts.filter((part) => part.kind !== "text") : [];
  if (files.length === 0) return { result: { id: call.id, parts: joinTextParts(parts) }, files };
  const texts = parts.flatMap((part) => (part.kind === "text" ? part.text : []));
  const pointer = "[see the attachment in the next user message]";
  return {
    result: { id: call.id, parts: textParts(joinTexts([...texts, pointer], "\n")) },
    files: [...textParts(`[Attachment of the result of ${call.name}, call ${call.id}]`), ...files],
  };
}

function readResultParts(block: JsonObject, context: ConversationContext): Part[] {
  context.warnings.addUnknownFields(block, ["type", "tool_use_id", "content", "is_error"], "tool_result.");
  const parts = readBlocks(block.content).flatMap((content) => readParts(content, context));
  return block.is_error === true ? markError(parts) : parts;
}

function markError(parts: Part[]): Part[] {
  const [first, ...rest] = parts;
  if (first?.kind !== "text") return [{ kind: "text", text: `${errorPrefix}the tool failed` }, ...parts];
  if (first.text.startsWith(errorPrefix)) return parts;
  return [{ kind: "text", text: `${errorPrefix}${first.text}` }, ...rest];
}

/** Neighbouring texts become one, so that a result that is only text can be a plain string. */
function joinTextParts(parts: Part[]): Part[] {
  if (parts.some((part) => part.kind !== "text")) return parts;
  return textParts(
    joinTexts(
      parts.flatMap((part) => (part.kind === "text" ? part.text : [])),
      "\n",
    ),
  );
}
