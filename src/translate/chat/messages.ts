// Writes a conversation as Chat Completions messages.
import type { Lesson } from "../lessons";
import type { AssistantItem } from "../request/assistant-items";
import type { Turn } from "../request/conversation";
import { joinTexts, type Part } from "../request/parts";
import { alternateRoles } from "./alternate-roles";
import type { ChatContentPart, ChatMessage, ChatToolCall } from "./request-types";

/** `system` may be empty. A server that takes system messages only first, or not at all, hears them from the user. */
export function writeMessages(
  system: string,
  turns: readonly Turn[],
  learnt: ReadonlySet<Lesson>,
): ChatMessage[] {
  const noSystem = learnt.has("role:system-as-user");
  const alternates = learnt.has("role:alternate");
  const noLateSystem = noSystem || alternates || learnt.has("role:late-system-as-user");
  const first = system === "" ? [] : [writeSystem(system, noSystem)];
  const messages = [...first, ...turns.flatMap((turn) => writeTurn(turn, noLateSystem))];
  return alternates ? alternateRoles(messages) : messages;
}

function writeTurn(turn: Turn, noLateSystem: boolean): ChatMessage[] {
  if (turn.kind === "system") return [writeSystem(turn.text, noLateSystem)];
  if (turn.kind === "user") return [{ role: "user", content: writeContent(turn.parts) }];
  const results = turn.results.map((result): ChatMessage => {
    return { role: "tool", tool_call_id: result.id, content: joinPartTexts(result.parts, "\n") };
  });
  return [writeAssistant(turn.items), ...results];
}

function writeSystem(text: string, asUser: boolean): ChatMessage {
  if (!asUser) return { role: "system", content: text };
  return { role: "user", content: `<system-reminder>\n${text}\n</system-reminder>` };
}

/** The order between texts and calls is lost: the message has one place for each. */
function writeAssistant(items: readonly AssistantItem[]): ChatMessage {
  const content = joinTexts(items.flatMap((item) => (item.kind === "text" ? item.text : [])));
  const calls = items.flatMap((item): ChatToolCall[] =>
    item.kind === "text"
      ? []
      : [{ id: item.id, type: "function", function: { name: item.name, arguments: item.arguments } }],
  );
  if (calls.length === 0) return { role: "assistant", content };
  return { role: "assistant", content: content === "" ? null : content, tool_calls: calls };
}

/** A plain string where it can be: not every server takes parts. */
function writeContent(parts: readonly Part[]): string | ChatContentPart[] {
  if (parts.every((part) => part.kind === "text")) return joinPartTexts(parts, "\n\n");
  return parts.map(writePart);
}

function writePart(part: Part): ChatContentPart {
  switch (part.kind) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return { type: "image_url", image_url: { url: part.url } };
    case "file":
      return { type: "file", file: { filename: part.name, file_data: part.data } };
    case "linked-file":
      return { type: "text", text: `[Document ${part.name}: ${part.url}]` };
  }
}

function joinPartTexts(parts: readonly Part[], separator: string): string {
  return joinTexts(
    parts.flatMap((part) => (part.kind === "text" ? part.text : [])),
    separator,
  );
}
