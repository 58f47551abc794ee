// Prepares a request's tools and its choice among them, for both dialects alike.

import { isObject, type JsonObject, readString } from "../json-value";
import { isRefused } from "../lessons";
import type { Target } from "../target";
import type { ToolNames } from "../tool-names";
import { cleanParameters } from "./clean-schema";
import { knownTools } from "./known-tools";
import { type SortedTools, sortTools } from "./sort-tools";
import type { Warnings } from "./warnings";

/** What the hosted search of another provider knows as well. */
const searchFields = ["type", "name", "allowed_domains", "user_location"];

export interface FunctionTool {
  /** As on the wire. */
  name: string;
  description?: string;
  /** A JSON schema of type object. */
  parameters: JsonObject;
}

/** `web_search`: the hosted search must be used. `null`: nothing is to be said. */
export type ToolChoice = "auto" | "required" | "none" | "web_search" | { name: string } | null;

export interface PreparedTools {
  functions: FunctionTool[];
  /** Anthropic's definition of its hosted web search, if the target is to search. */
  webSearch: JsonObject | null;
  choice: ToolChoice;
  /** Whether the client allowed only one call at a time. */
  oneAtATime: boolean;
}

export interface ToolsContext {
  target: Target;
  toolNames: ToolNames;
  warnings: Warnings;
}

export function prepareTools(request: JsonObject, context: ToolsContext): PreparedTools {
  const { target, warnings } = context;
  const sorted = sortTools(request, target);
  for (const tool of sorted.hosted) warnings.add(`tool ${describeTool(tool)}`);
  for (const tool of sorted.dropped) warnings.add(`tool ${describeTool(tool)}`);
  if (sorted.webSearch !== null) warnings.addUnknownFields(sorted.webSearch, searchFields, "web_search.");
  const functions = sorted.functions.map((tool) => readFunction(tool, context));
  const choice = isObject(request.tool_choice) ? request.tool_choice : {};
  warnings.addUnknownFields(choice, ["type", "name", "disable_parallel_tool_use"], "tool_choice.");
  return {
    functions,
    webSearch: sorted.webSearch,
    choice: keepUnlessRefused("tool_choice", readChoice(choice, sorted, context), context),
    oneAtATime:
      functions.length > 0 && keepUnlessRefused("parallel_tool_calls", isSingle(choice), context) === true,
  };
}

function isSingle(choice: JsonObject): true | null {
  return choice.disable_parallel_tool_use === true ? true : null;
}

function keepUnlessRefused<Value>(
  parameter: "tool_choice" | "parallel_tool_calls",
  value: Value | null,
  { target, warnings }: ToolsContext,
): Value | null {
  if (value === null || !isRefused(target.learnt, parameter)) return value;
  warnings.add(parameter);
  return null;
}

function describeTool(tool: JsonObject): string {
  const type = readString(tool.type);
  return type === null || type === "custom" ? (readString(tool.name) ?? "without name") : type;
}

function readFunction(tool: JsonObject, { toolNames, warnings }: ToolsContext): FunctionTool {
  const type = readString(tool.type) ?? "custom";
  const known = knownTools.find(({ pattern }) => pattern.test(type));
  const handled = ["type", "name", "description", ...(known === undefined ? ["input_schema"] : [])];
  warnings.addUnknownFields(tool, handled, "tools.");
  const description = readString(tool.description) ?? known?.description;
  const parameters =
    known?.parameters ??
    cleanParameters(tool.input_schema, (keyword) => {
      warnings.add(`tools.input_schema.${keyword}`);
    });
  return {
    name: toolNames.toWire(readString(tool.name) ?? ""),
    ...(description === undefined ? {} : { description: description.toWellFormed() }),
    parameters,
  };
}

function readChoice(
  choice: JsonObject,
  sorted: SortedTools,
  { toolNames, warnings }: ToolsContext,
): ToolChoice {
  const { functions, webSearch } = sorted;
  if (functions.length === 0 && webSearch === null) return null;
  if (choice.type === "any") return "required";
  if (choice.type === "none") return "none";
  if (choice.type !== "tool") return choice.type === "auto" ? "auto" : null;
  const name = readString(choice.name);
  if (name !== null && functions.some((tool) => tool.name === name)) return { name: toolNames.toWire(name) };
  if (name !== null && webSearch?.name === name) return functions.length === 0 ? "required" : "web_search";
  warnings.add("tool_choice");
  return "auto";
}
