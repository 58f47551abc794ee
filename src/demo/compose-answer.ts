// Decides what the simulated model says: scripted text, tool calls when they are asked for, JSON when a schema is given.
import { findAnswer } from "./conversations";
import { estimateTokens } from "./prompt-cache";
import type { Question, QuestionTool } from "./question";
import { sampleJson } from "./sample-json";

export type AnswerBlock =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; input: unknown };

export interface Answer {
  content: AnswerBlock[];
  stopReason: "end_turn" | "tool_use" | "max_tokens";
  outputTokens: number;
}

/** "use Read", "call the get_weather tool", "run Read, Grep and the Bash tool": the names and what stands between them. */
const toolList =
  /\b(?:use|call|run)\s+(?:the\s+)?([\w-]+(?:\s+tools?)?(?:(?:\s*,\s*and|\s*,|\s+and)\s+(?:the\s+)?[\w-]+(?:\s+tools?)?)*)/gi;
const listSeparator = /(?:\s+tools?)?(?:\s*,\s*and|\s*,|\s+and)\s+(?:the\s+)?|\s+tools?$/i;

/** `newId` names each tool call. A text longer than the limit is cut, as the API would. */
export function composeAnswer(question: Question, newId: () => string): Answer {
  const { ask, hasResult, model, maxTokens } = question;
  const tools = hasResult ? [] : chooseTools(question);
  if (tools.length > 0) return callTools(tools, newId);

  const text = hasResult
    ? "The tool ran and I have its result. This answer comes from the simulated model of the Claude Failover demo."
    : (schemaAnswer(question) ?? findAnswer(ask) ?? introduceDemo(model, ask));
  const said = text.slice(0, Math.floor(maxTokens * 3.5));
  return {
    content: said === "" ? [] : [{ type: "text", text: said }],
    stopReason: said.length < text.length ? "max_tokens" : "end_turn",
    outputTokens: Math.min(estimateTokens(said), maxTokens),
  };
}

/**
 * A forced tool, or those that the person names: "use Bash", "call the get_weather tool", "use Read and Grep". "Twice"
 * and "in parallel" double a single one.
 */
function chooseTools({ ask, tools, choice, parallel }: Question): QuestionTool[] {
  if (choice === "none") return [];
  const allowed = typeof choice === "object" ? tools.filter((tool) => tool.name === choice.name) : tools;
  const named = namedTools(ask, allowed);
  const called = named.length > 0 || choice === "auto" ? named : allowed.slice(0, 1);
  if (!parallel) return called.slice(0, 1);
  return called.length === 1 && /\b(?:twice|in parallel)\b/i.test(ask) ? [...called, ...called] : called;
}

/** The tools behind "use", "call" or "run", in the order of their naming. */
function namedTools(ask: string, tools: readonly QuestionTool[]): QuestionTool[] {
  const lists = [...ask.matchAll(toolList)].map(([, list = ""]) => list);
  const names = lists.flatMap((list) => list.split(listSeparator)).map((name) => name.toLowerCase());
  return [...new Set(names)].flatMap((name) => tools.find((tool) => tool.name.toLowerCase() === name) ?? []);
}

function callTools(tools: readonly QuestionTool[], newId: () => string): Answer {
  const names = [...new Set(tools.map((tool) => tool.name))];
  const text = `I will use ${names.join(" and ")}.`;
  const calls = tools.map(({ name, schema }): AnswerBlock => {
    return { type: "tool_use", id: newId(), name, input: sampleInput(name, schema) };
  });
  return {
    content: [{ type: "text", text }, ...calls],
    stopReason: "tool_use",
    outputTokens: estimateTokens(text + JSON.stringify(calls)),
  };
}

/** A shell command is really run by the client, so this one is chosen to be harmless. */
function sampleInput(name: string, schema: unknown): unknown {
  return name === "Bash"
    ? { command: "echo 'Hello from the Claude Failover demo'", description: "Say hello" }
    : sampleJson(schema);
}

function schemaAnswer({ answerSchema }: Question): string | undefined {
  return answerSchema === undefined ? undefined : JSON.stringify(sampleJson(answerSchema));
}

function introduceDemo(model: string, ask: string): string {
  const line = ask.replaceAll(/\s+/g, " ").trim();
  const quoted = line.length > 60 ? `${line.slice(0, 60)}...` : line;
  return `${quoted === "" ? "Hello." : `You wrote: "${quoted}".`} I am a simulated ${model}, part of the Claude Failover demo: no real model was asked. Send a few requests in a row and look at the terminal: when one key is out, the next one answers, and you notice nothing but the answer.`;
}
