// Turns one Anthropic content block into content that both OpenAI dialects know.

import { type JsonObject, readObjects, readString } from "../json-value";
import { readDocument } from "./documents";
import { readImage } from "./images";
import { type ContentContext, joinTexts, type Part, textParts } from "./parts";
import { summarizeServerBlock } from "./summarize-server-block";

/** What a user, or a tool, says with one block. */
export function readParts(block: JsonObject, context: ContentContext): Part[] {
  const { warnings } = context;
  switch (block.type) {
    case "text":
      warnings.addUnknownFields(block, ["type", "text", "citations"], "text.");
      return textParts(readString(block.text));
    case "image":
      warnings.addUnknownFields(block, ["type", "source"], "image.");
      return [readImage(block.source, warnings)];
    case "document":
      warnings.addUnknownFields(block, ["type", "source", "title", "context"], "document.");
      return readDocument(block, context);
    case "search_result":
      warnings.addUnknownFields(block, ["type", "source", "title", "content"], "search_result.");
      return textParts(describeSearchResult(block));
    case "tool_reference":
      warnings.addUnknownFields(block, ["type", "tool_name"], "tool_reference.");
      return textParts(`Loaded tool: ${readString(block.tool_name) ?? "unknown"}`);
    case "browser_state":
      warnings.addUnknownFields(block, ["type", "tabs", "state_changes"], "browser_state.");
      return textParts(
        `Browser state: ${JSON.stringify({ tabs: block.tabs, changes: block.state_changes })}`,
      );
    default:
      warnings.add(`block ${readString(block.type) ?? "without type"}`);
      return textParts(summarizeServerBlock(block) ?? readString(block.text));
  }
}

function describeSearchResult(block: JsonObject): string {
  const texts = readObjects(block.content).map((content) => readString(content.text) ?? "");
  return joinTexts([readString(block.title) ?? "", readString(block.source) ?? "", ...texts], "\n");
}
