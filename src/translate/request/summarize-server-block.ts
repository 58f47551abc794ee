// Tells in a few words what Anthropic's hosted tools did earlier in a conversation.
import { isObject, type JsonObject, readObjects, readString } from "../json-value";
import { joinTexts, readBlocks } from "./parts";

/** Text for the history; null if the block is no block of a hosted tool. */
export function summarizeServerBlock(block: JsonObject): string | null {
  const type = readString(block.type) ?? "";
  if (type === "server_tool_use" || type === "mcp_tool_use") return describeCall(block);
  if (type === "mcp_tool_listing") return describeListing(block);
  // A plain tool result gets here only where it does not belong, in the mouth of the assistant.
  if (!type.endsWith("tool_result")) return null;
  const tool = type.slice(0, -"_tool_result".length) || "a tool";
  const verb = block.is_error === true ? "Error" : "Result";
  return `[${verb} of ${tool}: ${describeResult(block.content)}]`;
}

function describeCall(block: JsonObject): string {
  const server = readString(block.server_name);
  const name = readString(block.name) ?? "a tool";
  const input = JSON.stringify(block.input ?? {});
  return `[Called ${server === null ? name : `${server}/${name}`} with ${input}]`;
}

function describeListing(block: JsonObject): string {
  const names = readObjects(block.tools).flatMap((tool) => readString(tool.name) ?? []);
  return `[Tools of ${readString(block.mcp_server_name) ?? "an MCP server"}: ${names.join(", ")}]`;
}

function describeResult(content: unknown): string {
  const found = readBlocks(content).map(describeFinding);
  return joinTexts(found, "\n") || "nothing";
}

/** One thing that a hosted tool found or did. Its encrypted content is of no use to anybody but Anthropic. */
function describeFinding(found: JsonObject): string {
  const errorCode = readString(found.error_code);
  if (errorCode !== null) return `failed: ${errorCode}`;
  if (found.type === "web_search_result") return joinWords([found.title, found.url], " - ");
  if (found.type === "web_fetch_result") return describeFetch(found);
  if (Array.isArray(found.tool_references)) {
    return readObjects(found.tool_references)
      .map((reference) => readString(reference.tool_name) ?? "")
      .join(", ");
  }
  if (typeof found.stdout === "string" || typeof found.stderr === "string") {
    return joinWords([found.stdout, found.stderr, `exit code ${String(found.return_code ?? 0)}`], "\n");
  }
  const text = readString(found.text) ?? readString(found.content);
  return text ?? readString(found.type) ?? "";
}

function describeFetch(found: JsonObject): string {
  const document = isObject(found.content) ? found.content : {};
  const source = isObject(document.source) ? document.source : {};
  const text = source.type === "text" ? source.data : "";
  return joinWords([document.title, found.url, text], "\n");
}

function joinWords(words: readonly unknown[], separator: string): string {
  return joinTexts(
    words.flatMap((word) => readString(word) ?? []),
    separator,
  );
}
