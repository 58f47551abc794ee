// Reads what the assistant said in a turn: texts and calls, in their order.
import { isBlank, isObject, type JsonObject, readObjects, readString } from "../json-value";
import { type ConversationContext, joinTexts } from "./parts";
import { summarizeServerBlock } from "./summarize-server-block";

export interface ToolCall {
  kind: "call";
  /** The client's id, by which results name it. */
  clientId: string;
  /** The id and the name on the wire. */
  id: string;
  name: string;
  /** A JSON object. */
  arguments: string;
}

export type AssistantItem = { kind: "text"; text: string } | ToolCall;

/** Thinking is dropped, never sent as text: another model would take it for its own words. */
export function readAssistantItems(blocks: JsonObject[], context: ConversationContext): AssistantItem[] {
  const items: AssistantItem[] = [];
  let texts: string[] = [];
  // A cited answer is one sentence in many blocks; other blocks are paragraphs of their own.
  const isCited = blocks.some((block) => readObjects(block.citations).length > 0);
  const closeText = () => {
    const text = isCited ? texts.join("") : joinTexts(texts);
    if (!isBlank(text)) items.push({ kind: "text", text: text.toWellFormed() });
    texts = [];
  };
  for (const block of blocks) {
    if (block.type !== "tool_use") {
      texts.push(readText(block, context));
      continue;
    }
    closeText();
    items.push(readCall(block, context));
  }
  closeText();
  return items;
}

function readText(block: JsonObject, { warnings }: ConversationContext): string {
  const type = readString(block.type) ?? "without type";
  if (type === "text") {
    warnings.addUnknownFields(block, ["type", "text", "citations"], "text.");
    return `${readString(block.text) ?? ""}${describeCitations(block)}`;
  }
  if (type === "thinking" || type === "redacted_thinking") {
    warnings.add(type);
    return "";
  }
  warnings.add(`block ${type}`);
  // A compaction's own text is the summary of what came before.
  return summarizeServerBlock(block) ?? readString(block.text) ?? readString(block.content) ?? "";
}

function describeCitations(block: JsonObject): string {
  if (!Array.isArray(block.citations)) return "";
  const sources = readObjects(block.citations).map((citation) => {
    const title = readString(citation.title) ?? readString(citation.document_title);
    const source = readString(citation.url) ?? readString(citation.source);
    return joinTexts([title ?? "", source ?? ""], ", ");
  });
  const known = [...new Set(sources)].filter((source) => source !== "");
  return known.length === 0 ? "" : ` [${known.join("; ")}]`;
}

function readCall(block: JsonObject, context: ConversationContext): ToolCall {
  context.warnings.addUnknownFields(block, ["type", "id", "name", "input"], "tool_use.");
  const clientId = readString(block.id) ?? "";
  return {
    kind: "call",
    clientId,
    id: claimId(clientId, context),
    name: context.toolNames.toWire(readString(block.name) ?? ""),
    arguments: JSON.stringify(readInput(block.input)),
  };
}

/** Some clients number the calls of every turn anew: the second `call_0` needs an id of its own. */
function claimId(clientId: string, { toolNames, usedIds, idCounts }: ConversationContext): string {
  let occurrence = (idCounts.get(clientId) ?? 0) + 1;
  let id = toolNames.toWireId(occurrence === 1 ? clientId : `${clientId} (${occurrence})`);
  for (; usedIds.has(id); occurrence++) id = toolNames.toWireId(`${clientId} (${occurrence + 1})`);
  idCounts.set(clientId, occurrence);
  usedIds.add(id);
  return id;
}

function readInput(input: unknown): JsonObject {
  if (isObject(input)) return input;
  if (input === undefined || input === null || input === "") return {};
  const parsed = typeof input === "string" ? parseObject(input) : null;
  return parsed ?? { value: input };
}

function parseObject(text: string): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    // An input that is plain text is passed on as a value.
    return null;
  }
}
