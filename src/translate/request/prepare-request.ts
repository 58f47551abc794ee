// Reads an Anthropic request for a target: everything that both dialects need, before either writes it down.
import { isObject, type JsonObject } from "../json-value";
import { isRefused } from "../lessons";
import type { Effort } from "../openai-models";
import type { Target } from "../target";
import { makeToolNames, type ToolNames } from "../tool-names";
import { readTurns, type Turn } from "./conversation";
import { addEffortLoss, chooseEffort } from "./effort";
import { readMaxTokens, type StopSequences, splitStopSequences } from "./limits";
import { addLosses } from "./list-losses";
import { type OutputFormat, prepareFormat } from "./output-format";
import { readSampling, type Sampling } from "./sampling";
import { readService, type ServiceFields } from "./service";
import { readSystemPrompt } from "./system-prompt";
import { type PreparedTools, prepareTools } from "./tools";
import { Warnings } from "./warnings";

export interface PreparedRequest {
  model: string;
  /** Empty if there is none. */
  system: string;
  /** At least one of the user or the assistant. */
  turns: Turn[];
  tools: PreparedTools;
  /** null: nothing is said about it. */
  effort: Effort | null;
  /** Whether the client wants to read a summary of the reasoning. */
  showsReasoning: boolean;
  format: OutputFormat | null;
  maxTokens: number | null;
  sampling: Sampling;
  service: ServiceFields;
  stops: StopSequences;
  /** Whether the upstream streams; the client may still want one piece. */
  streams: boolean;
  toolNames: ToolNames;
  warnings: Warnings;
}

export function prepareRequest(request: JsonObject, target: Target): PreparedRequest {
  const { api, learnt, model } = target;
  const warnings = new Warnings();
  const toolNames = makeToolNames(request);
  addLosses(request, warnings);
  const takesSchema = !isRefused(learnt, api === "chat" ? "response_format" : "text");
  const { format, instruction } = prepareFormat(request, takesSchema);
  if (instruction !== null) warnings.add("output_config.format, sent as an instruction");
  const tools = prepareTools(request, { target, toolNames, warnings });
  const maxTokens = readMaxTokens(request, target, warnings);
  if (maxTokens !== null && target.isChatGptToken) warnings.add("max_tokens");
  const effort = chooseEffort(request, target, {
    hasFunctions: tools.functions.length > 0,
    searchesWeb: tools.webSearch !== null,
    maxOutputTokens: maxTokens,
  });
  addEffortLoss(request, effort, warnings);
  const context = {
    api,
    toolNames,
    warnings,
    usedIds: new Set<string>(),
    idCounts: new Map<string, number>(),
  };
  return {
    model,
    system: readSystemPrompt(request, instruction, context),
    turns: withUser(readTurns(request.messages, context), warnings),
    tools,
    effort,
    showsReasoning: !isObject(request.thinking) || request.thinking.display !== "omitted",
    format,
    maxTokens,
    sampling: readSampling(request, target, warnings),
    service: readService(request, target, warnings),
    stops: splitStopSequences(request, target),
    streams: request.stream === true || target.isChatGptToken,
    toolNames,
    warnings,
  };
}

/** No server answers a conversation in which nobody has said anything. */
function withUser(turns: Turn[], warnings: Warnings): Turn[] {
  if (turns.some((turn) => turn.kind !== "system")) return turns;
  warnings.add("conversation without content");
  return [...turns, { kind: "user", parts: [{ kind: "text", text: "(no content)" }] }];
}
