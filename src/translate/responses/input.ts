// Writes a conversation as Responses input items.
import type { Lesson } from "../lessons";
import type { AssistantItem } from "../request/assistant-items";
import type { Turn } from "../request/conversation";
import { joinTexts, type Part } from "../request/parts";
import type { InputItem, InputPart } from "./request-types";

export function writeInput(turns: readonly Turn[], learnt: ReadonlySet<Lesson>): InputItem[] {
  const role = learnt.has("role:developer-as-system") ? "system" : "developer";
  const asUser = learnt.has("role:system-as-user") || learnt.has("role:late-system-as-user");
  return turns.flatMap((turn) => writeTurn(turn, asUser ? "user" : role));
}

function writeTurn(turn: Turn, systemRole: "developer" | "system" | "user"): InputItem[] {
  if (turn.kind === "system") {
    const text = systemRole === "user" ? `<system-reminder>\n${turn.text}\n</system-reminder>` : turn.text;
    return [{ type: "message", role: systemRole, content: [{ type: "input_text", text }] }];
  }
  if (turn.kind === "user") return [{ type: "message", role: "user", content: turn.parts.map(writePart) }];
  const outputs = turn.results.map((result): InputItem => {
    return { type: "function_call_output", call_id: result.id, output: writeOutput(result.parts) };
  });
  return [...turn.items.map(writeItem), ...outputs];
}

function writeItem(item: AssistantItem): InputItem {
  if (item.kind === "text") return { type: "message", role: "assistant", content: item.text };
  return { type: "function_call", call_id: item.id, name: item.name, arguments: item.arguments };
}

function writeOutput(parts: readonly Part[]): string | InputPart[] {
  const texts = parts.flatMap((part) => (part.kind === "text" ? part.text : []));
  return texts.length === parts.length ? joinTexts(texts, "\n") : parts.map(writePart);
}

function writePart(part: Part): InputPart {
  switch (part.kind) {
    case "text":
      return { type: "input_text", text: part.text };
    case "image":
      return { type: "input_image", image_url: part.url, detail: "auto" };
    case "file":
      return { type: "input_file", filename: part.name, file_data: part.data };
    case "linked-file":
      return { type: "input_file", file_url: part.url };
  }
}
