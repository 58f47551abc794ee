// Reads Anthropic's messages as turns in which every tool call has exactly one result, directly behind it.

import { type JsonObject, readObjects, readString } from "../json-value";
import { type AssistantItem, readAssistantItems } from "./assistant-items";
import { readParts } from "./content";
import { type ConversationContext, joinTexts, type Part, readBlocks, textParts } from "./parts";
import { describeToolChange } from "./tool-changes";
import { convertResults, describeOrphan, type ToolResult } from "./tool-results";

export type Turn =
  | { kind: "system"; text: string }
  | { kind: "user"; parts: Part[] }
  | {
      kind: "assistant";
      items: AssistantItem[];
      /** One for each call, in the order of the calls. */
      results: ToolResult[];
    };

/**
 * Anthropic answers calls in the next user message; OpenAI wants the results directly behind the calls and nothing else in
 * between. So the results move up to their calls, and what stood beside them stays where it was. The same messages always
 * give the same turns, whatever follows them.
 */
export function readTurns(messages: unknown, context: ConversationContext): Turn[] {
  const list = readObjects(messages);
  const turns: Turn[] = [];
  /** Results that moved up to their call, and what of their content must stay behind. */
  const moved = new Map<JsonObject, Part[]>();
  for (let at = 0; at < list.length; at++) {
    const message = list[at];
    if (message === undefined) continue;
    if (message.role !== "assistant") {
      turns.push(...readOtherTurn(message, moved, context));
      continue;
    }
    const speech = readRun(list, at, (role) => role === "assistant");
    at += speech.length - 1;
    const answers = readRun(list, at + 1, (role) => role !== "assistant").filter(
      ({ role }) => role !== "system",
    );
    turns.push(...readAssistantTurn(speech, answers, moved, context));
  }
  return turns;
}

function readRun(list: JsonObject[], from: number, belongs: (role: unknown) => boolean): JsonObject[] {
  let end = from;
  while (end < list.length && belongs(list[end]?.role)) end++;
  return list.slice(from, end);
}

function readAssistantTurn(
  speech: JsonObject[],
  answers: JsonObject[],
  moved: Map<JsonObject, Part[]>,
  context: ConversationContext,
): Turn[] {
  for (const message of speech) addUnknownFields(message, context);
  const blocks = speech.flatMap((message) => readBlocks(message.content));
  const items = readAssistantItems(blocks, context);
  if (items.length === 0) return [];
  const answerBlocks = answers
    .flatMap((message) => readBlocks(message.content))
    .filter((block) => block.type === "tool_result");
  const { results, leftBehind } = convertResults(items, answerBlocks, context);
  for (const [block, parts] of leftBehind) moved.set(block, parts);
  return [{ kind: "assistant", items, results }];
}

function readOtherTurn(
  message: JsonObject,
  moved: ReadonlyMap<JsonObject, Part[]>,
  context: ConversationContext,
): Turn[] {
  addUnknownFields(message, context);
  const blocks = readBlocks(message.content);
  if (message.role === "system") return readSystemTurn(blocks, context);
  if (message.role !== "user") context.warnings.add(`role ${readString(message.role) ?? "missing"}`);
  const files = blocks.flatMap((block) => moved.get(block) ?? []);
  const rest = blocks.filter((block) => !moved.has(block)).flatMap((block) => readLooseBlock(block, context));
  const parts = [...files, ...rest];
  return parts.length === 0 ? [] : [{ kind: "user", parts }];
}

/** Only words can be a system message's; anything else in it is shown by the user. */
function readSystemTurn(blocks: JsonObject[], context: ConversationContext): Turn[] {
  const parts = blocks.flatMap((block) => {
    const change = describeToolChange(block);
    return change === null ? readLooseBlock(block, context) : textParts(change);
  });
  const text = joinTexts(parts.flatMap((part) => (part.kind === "text" ? part.text : [])));
  const files = parts.filter((part) => part.kind !== "text");
  return [
    ...(text === "" ? [] : [{ kind: "system" as const, text }]),
    ...(files.length === 0 ? [] : [{ kind: "user" as const, parts: files }]),
  ];
}

/** A block that is no result of a call before it. */
function readLooseBlock(block: JsonObject, context: ConversationContext): Part[] {
  return block.type === "tool_result" ? describeOrphan(block, context) : readParts(block, context);
}

function addUnknownFields(message: JsonObject, { warnings }: ConversationContext): void {
  warnings.addUnknownFields(message, ["role", "content", "output_config"], "messages.");
}
