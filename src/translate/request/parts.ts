// The few kinds of content that both OpenAI dialects know, and how Anthropic's content is walked.
import { isBlank, isObject, type JsonObject } from "../json-value";
import type { ToolNames } from "../tool-names";
import type { Warnings } from "./warnings";

/** One piece of a message. `url` of an image may be a data URL; `data` of a file is always one. */
export type Part =
  | { kind: "text"; text: string }
  | { kind: "image"; url: string }
  | { kind: "file"; name: string; data: string }
  | { kind: "linked-file"; name: string; url: string };

export interface ContentContext {
  api: "chat" | "responses";
  warnings: Warnings;
}

export interface ConversationContext extends ContentContext {
  toolNames: ToolNames;
  /** Wire ids given to calls so far: servers take each only once. */
  usedIds: Set<string>;
  /** How often each of the client's ids was met. */
  idCounts: Map<string, number>;
}

/** A string, one block or many; anything else is no content. */
export function readBlocks(content: unknown): JsonObject[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (isObject(content)) return [content];
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown) =>
    typeof block === "string" ? [{ type: "text", text: block }] : isObject(block) ? [block] : [],
  );
}

/** Text that is only white space is nothing: no provider takes it. */
export function textParts(text: string | null): Part[] {
  return text === null || isBlank(text) ? [] : [{ kind: "text", text: text.toWellFormed() }];
}

/** A blank line between texts, as between the blocks of a system prompt. */
export function joinTexts(texts: readonly string[], separator = "\n\n"): string {
  return texts.filter((text) => !isBlank(text)).join(separator);
}
