// Translates an Anthropic Messages request into one that an OpenAI server understands.
import { writeChatRequest } from "./chat/request";
import { isObject, type JsonObject } from "./json-value";
import { isNestedTooDeep } from "./request/nesting";
import { prepareRequest } from "./request/prepare-request";
import { writeResponsesRequest } from "./responses/request";
import type { Target } from "./target";
import type { ToolNames } from "./tool-names";

export interface ConvertedRequest {
  /** Ready for JSON. */
  body: JsonObject;
  /** The upstream answers with a stream, also where the client did not ask for one (ChatGPT tokens). */
  streams: boolean;
  /** Stop sequences that the upstream was not told: the answer must be ended at them here. */
  stopSequences: readonly string[];
  /** Finds the client's own tool names again. */
  toolNames: ToolNames;
  /** What the request lost, by name: fields (`top_k`), blocks (`thinking`), tools (`tool web_fetch_20250910`). */
  warnings: readonly string[];
}

/**
 * `request` is the parsed body and may be anything: what cannot be understood is left out and named. The same request
 * always gives the same body, and a longer conversation gives one that begins with the shorter one's.
 */
export function convertRequest(request: unknown, target: Target): ConvertedRequest {
  const isTooDeep = isNestedTooDeep(request);
  const prepared = prepareRequest(isObject(request) && !isTooDeep ? request : {}, target);
  if (isTooDeep) prepared.warnings.add("request nested too deeply");
  const body =
    target.api === "chat" ? writeChatRequest(prepared, target) : writeResponsesRequest(prepared, target);
  return {
    body: { ...body },
    streams: prepared.streams,
    stopSequences: prepared.stops.enforced,
    toolNames: prepared.toolNames,
    warnings: prepared.warnings.list(),
  };
}
