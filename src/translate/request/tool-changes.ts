// Tools that come and go in the middle of a conversation.
import { isObject, type JsonObject, readObjects, readString } from "../json-value";
import { readBlocks } from "./parts";

/** The definitions that system messages and compactions carry, in their order. */
export function listAddedTools(messages: unknown): JsonObject[] {
  return readObjects(messages)
    .flatMap((message) => readBlocks(message.content))
    .flatMap((block) => [block, ...readObjects(block.tool_changes)])
    .flatMap((block) => {
      const definition =
        block.type === "tool_addition" && isObject(block.tool) ? block.tool.definition : null;
      return isObject(definition) ? [definition] : [];
    });
}

/**
 * Says a change in words, null if the block is none. A tool that goes stays in the list of tools, which comes before the
 * conversation in every prompt cache.
 */
export function describeToolChange(block: JsonObject): string | null {
  if (block.type !== "tool_addition" && block.type !== "tool_removal") return null;
  const tool = isObject(block.tool) ? block.tool : {};
  const definition = isObject(tool.definition) ? tool.definition : tool;
  const name = readString(definition.name) ?? readString(definition.server_name) ?? "unknown";
  return block.type === "tool_addition"
    ? `The tool ${name} is now available.`
    : `The tool ${name} is no longer available; do not call it.`;
}
