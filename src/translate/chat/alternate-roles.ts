// Joins neighbouring messages of one role, for servers whose chat template wants user and assistant to take turns.
import type { ChatContentPart, ChatMessage } from "./request-types";

/** The assistant's messages are already one for each turn; only the user's can be neighbours. */
export function alternateRoles(messages: readonly ChatMessage[]): ChatMessage[] {
  const joined: ChatMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last?.role !== "user" || message.role !== "user") {
      joined.push(message);
      continue;
    }
    joined[joined.length - 1] = { role: "user", content: joinContent(last.content, message.content) };
  }
  return joined;
}

function joinContent(
  one: string | ChatContentPart[],
  other: string | ChatContentPart[],
): string | ChatContentPart[] {
  if (typeof one === "string" && typeof other === "string") return `${one}\n\n${other}`;
  return [...toParts(one), ...toParts(other)];
}

function toParts(content: string | ChatContentPart[]): ChatContentPart[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}
