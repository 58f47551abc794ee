// What we send to the Responses API; assignable to the types of OpenAI's own package.
import type { JsonObject } from "../json-value";
import type { Effort } from "../openai-models";

export type InputPart =
  | { type: "input_text"; text: string }
  | { type: "input_image"; image_url: string; detail: "auto" }
  | { type: "input_file"; filename: string; file_data: string }
  | { type: "input_file"; file_url: string };

export type InputItem =
  | { type: "message"; role: "user" | "developer" | "system"; content: InputPart[] }
  | { type: "message"; role: "assistant"; content: string }
  | { type: "function_call"; call_id: string; name: string; arguments: string }
  | { type: "function_call_output"; call_id: string; output: string | InputPart[] };

export type ResponsesTool =
  | { type: "function"; name: string; description?: string; parameters: JsonObject; strict: false }
  | {
      type: "web_search";
      filters?: { allowed_domains: string[] };
      user_location?: { type: "approximate" } & Record<string, string>;
    };

export type ResponsesToolChoice =
  | "auto"
  | "required"
  | "none"
  | { type: "function"; name: string }
  | { type: "allowed_tools"; mode: "required"; tools: { type: "web_search" }[] };

export interface ResponsesRequest {
  model: string;
  instructions?: string;
  input: InputItem[];
  tools?: ResponsesTool[];
  tool_choice?: ResponsesToolChoice;
  parallel_tool_calls?: boolean;
  max_output_tokens?: number;
  reasoning?: { effort: Effort; summary?: "auto" };
  include?: ("reasoning.encrypted_content" | "web_search_call.action.sources")[];
  text?: { format: { type: "json_schema"; name: string; schema: JsonObject; strict: boolean } };
  temperature?: number;
  top_p?: number;
  service_tier?: "auto" | "default";
  prompt_cache_key?: string;
  safety_identifier?: string;
  store?: false;
  stream?: true;
  stream_options?: { include_obfuscation: false };
}
