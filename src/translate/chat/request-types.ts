// What we send to Chat Completions; assignable to the types of OpenAI's own package.

import type { JsonObject } from "../json-value";
import type { Effort } from "../openai-models";

export type ChatContentPart =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string } }
  | { type: "file"; file: { filename: string; file_data: string } };

export interface ChatToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export type ChatMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: string | ChatContentPart[] }
  | { role: "assistant"; content: string }
  | { role: "assistant"; content: string | null; tool_calls: ChatToolCall[] }
  | { role: "tool"; tool_call_id: string; content: string };

export interface ChatTool {
  type: "function";
  function: { name: string; description?: string; parameters: JsonObject };
}

export type ChatToolChoice = "auto" | "required" | "none" | { type: "function"; function: { name: string } };

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  parallel_tool_calls?: boolean;
  max_tokens?: number;
  max_completion_tokens?: number;
  reasoning_effort?: Effort;
  temperature?: number;
  top_p?: number;
  stop?: string[];
  response_format?: {
    type: "json_schema";
    json_schema: { name: string; schema: JsonObject; strict: boolean };
  };
  service_tier?: "auto" | "default";
  prompt_cache_key?: string;
  safety_identifier?: string;
  web_search_options?: {
    user_location?: { type: "approximate"; approximate: Record<string, string> };
  };
  stream?: true;
  stream_options?: { include_usage: true; include_obfuscation?: false };
}
