// Decides what the simulated model says: scripted text, a tool call when one is asked for, JSON when a schema is given.
import { isObject, type JsonObject, type MessagesRequest } from "./check-request";
import { findAnswer } from "./conversations";
import { estimateTokens } from "./prompt-cache";
import { sampleJson } from "./sample-json";

export type AnswerBlock =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; input: unknown };

export interface Answer {
  content: AnswerBlock[];
  stopReason: "end_turn" | "tool_use" | "max_tokens";
  outputTokens: number;
}

/** `newId` names the tool call (`toolu_...`). A text longer than `max_tokens` is cut, as the API would. */
export function composeAnswer(request: MessagesRequest, newId: () => string): Answer {
  const last = request.messages.findLast((message) => message.role === "user");
  const blocks = typeof last?.content === "string" ? [{ type: "text", text: last.content }] : last?.content;
  const ask = lastText(blocks ?? []);
  const hasResult = (blocks ?? []).some((block) => block.type === "tool_result");
  const tool = hasResult ? undefined : chooseTool(request, ask);
  if (tool !== undefined) return callTool(tool, newId());

  const text = hasResult
    ? "The tool ran and I have its result. This answer comes from the simulated model of the Claude Failover demo."
    : (schemaAnswer(request) ?? findAnswer(ask) ?? introduceDemo(request.model, ask));
  const allowed = Math.floor(request.max_tokens * 3.5);
  const said = text.slice(0, allowed);
  return {
    content: said === "" ? [] : [{ type: "text", text: said }],
    stopReason: said.length < text.length ? "max_tokens" : "end_turn",
    outputTokens: Math.min(estimateTokens(said), request.max_tokens),
  };
}

/** The person's own words: the last text block that is not a reminder from the client. */
function lastText(blocks: readonly JsonObject[]): string {
  const texts = blocks.filter((block) => block.type === "text").map((block) => String(block.text));
  return texts.findLast((text) => !text.startsWith("<system-reminder>")) ?? "";
}

/** A forced tool, or one that the person names: "use Bash", "call the get_weather tool". */
function chooseTool(request: MessagesRequest, ask: string): JsonObject | undefined {
  const tools = (request.tools ?? []).filter(
    (tool) => typeof tool.name === "string" && tool.input_schema !== undefined,
  );
  const choice = request.tool_choice?.type;
  if (choice === "none") return undefined;
  if (choice === "tool") return tools.find((tool) => tool.name === request.tool_choice?.name);
  const words = ask.toLowerCase();
  const named = tools.find((tool) => {
    const name = String(tool.name).toLowerCase();
    return ["use", "call", "run"].some(
      (verb) => words.includes(`${verb} ${name}`) || words.includes(`${verb} the ${name}`),
    );
  });
  return named ?? (choice === "any" ? tools[0] : undefined);
}

function callTool(tool: JsonObject, id: string): Answer {
  const name = String(tool.name);
  // A shell command is really run by the client, so this one is chosen to be harmless.
  const input =
    name === "Bash"
      ? { command: "echo 'Hello from the Claude Failover demo'", description: "Say hello" }
      : sampleJson(tool.input_schema);
  const text = `I will use ${name}.`;
  return {
    content: [
      { type: "text", text },
      { type: "tool_use", id, name, input },
    ],
    stopReason: "tool_use",
    outputTokens: estimateTokens(text + JSON.stringify(input)),
  };
}

function schemaAnswer(request: MessagesRequest): string | undefined {
  const format = isObject(request.output_config) ? request.output_config.format : undefined;
  if (!isObject(format) || format.type !== "json_schema") return undefined;
  return JSON.stringify(sampleJson(format.schema));
}

function introduceDemo(model: string, ask: string): string {
  const line = ask.replaceAll(/\s+/g, " ").trim();
  const quoted = line.length > 60 ? `${line.slice(0, 60)}...` : line;
  return `${quoted === "" ? "Hello." : `You wrote: "${quoted}".`} I am a simulated ${model}, part of the Claude Failover demo: no real model was asked. Send a few requests in a row and look at the terminal: when one key is out, the next one answers, and you notice nothing but the answer.`;
}
