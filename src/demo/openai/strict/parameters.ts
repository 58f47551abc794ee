// The parameters that both dialects share.

import { isObject, type JsonObject } from "../../json-value";
import { findStrictModel } from "./models";
import { type Check, checkNumber, checkOneOf, refuse } from "./refusal";

export function checkShared(body: JsonObject): Check {
  return (
    checkOneOf(body.service_tier, ["auto", "default", "flex", "scale", "priority", "fast"], "service_tier") ??
    checkOneOf(body.store, [true, false], "store") ??
    checkOneOf(body.stream, [true, false], "stream") ??
    checkOneOf(body.parallel_tool_calls, [true, false], "parallel_tool_calls") ??
    checkHash(body.prompt_cache_key, "prompt_cache_key") ??
    checkHash(body.safety_identifier, "safety_identifier") ??
    checkSampling(body) ??
    checkToolSettings(body) ??
    (body.stream_options !== undefined && body.stream !== true
      ? refuse("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
      : null)
  );
}

function checkHash(value: unknown, param: string): Check {
  if (value === undefined || (typeof value === "string" && value !== "" && value.length <= 64)) return null;
  return refuse(param, `Invalid '${param}': string too long.`, "string_above_max_length");
}

function checkSampling(body: JsonObject): Check {
  for (const param of ["temperature", "top_p"]) {
    if (body[param] === undefined) continue;
    if ((findStrictModel(String(body.model))?.efforts.length ?? 0) > 0) return refuseParameter(param);
  }
  return checkNumber(body.temperature, 0, 2, "temperature") ?? checkNumber(body.top_p, 0, 1, "top_p");
}

function checkToolSettings(body: JsonObject): Check {
  if (Array.isArray(body.tools)) {
    if (body.tools.length === 0) return refuse("tools", "Invalid 'tools': empty array.", "empty_array");
    if (body.tools.length <= 128) return null;
    return refuse(
      "tools",
      "Invalid 'tools': array too long. Expected at most 128.",
      "array_above_max_length",
    );
  }
  if (body.tools !== undefined) return refuse("tools", "Invalid type for 'tools'.", "invalid_type");
  const setting = ["tool_choice", "parallel_tool_calls"].find((param) => body[param] !== undefined);
  if (setting === undefined) return null;
  return refuse(
    setting,
    `Invalid value for '${setting}': '${setting}' is only allowed when 'tools' are specified.`,
  );
}

export function refuseParameter(param: string): Check {
  return refuse(
    param,
    `Unsupported parameter: '${param}' is not supported with this model.`,
    "unsupported_parameter",
  );
}

export function checkEffort(effort: unknown, model: string, param: string): Check {
  const known = findStrictModel(model);
  if (effort === undefined || known === undefined) return null;
  if (known.efforts.length === 0) return refuseParameter(param);
  if (known.efforts.some((taken) => taken === effort)) return null;
  const values = known.efforts.map((taken) => `'${taken}'`).join(", ");
  return refuse(
    param,
    `Unsupported value: '${param}' does not support '${String(effort)}' with this model. Supported values are: ${values}.`,
    "unsupported_value",
  );
}

export function checkLimit(body: JsonObject, param: string, least: number): Check {
  const value = body[param];
  if (value === undefined) return null;
  if (typeof value !== "number" || !Number.isInteger(value) || value < least) {
    return refuse(param, `Invalid '${param}': integer below minimum value.`, "integer_below_min_value");
  }
  const most = findStrictModel(String(body.model))?.maxOutput ?? Number.POSITIVE_INFINITY;
  if (value <= most) return null;
  return refuse(
    param,
    `${param} is too large: ${value}. This model supports at most ${most} completion tokens, whereas you provided ${value}.`,
    "invalid_value",
  );
}

export function checkModel(model: unknown): Check {
  if (typeof model === "string" && model !== "") return null;
  return refuse("model", "you must provide a model parameter", null);
}

export function checkImageUrl(url: unknown, param: string): Check {
  const isUrl =
    typeof url === "string" && /^(https?:\/\/.+|data:image\/(png|jpeg|gif|webp);base64,.+)/s.test(url);
  return isUrl ? null : refuse(param, `Invalid '${param}'.`, "invalid_image_url");
}

export function checkFileData(file: JsonObject, path: string): Check {
  const isNamed = typeof file.filename === "string" && /\.pdf$/i.test(file.filename);
  const hasData =
    typeof file.file_data === "string" && /^data:application\/pdf;base64,.+/s.test(file.file_data);
  return isNamed && hasData
    ? null
    : refuse(path, `Invalid '${path}': a file needs a name and data.`, "invalid_value");
}

export function readToolNames(tools: unknown, read: (tool: JsonObject) => unknown): unknown[] {
  return Array.isArray(tools) ? tools.filter(isObject).flatMap((tool) => read(tool) ?? []) : [];
}
