// Reads from a refusal which parameter a server does not take, so that the next request goes without it.
import { isObject, type JsonObject, readObjects, readString } from "./json-value";
import { type DroppableParameter, droppableParameters, isRefused, type Lesson } from "./lessons";
import { type Effort, effortLadder } from "./openai-models";
import { type Refusal, readRefusal } from "./read-refusal";
import type { Target } from "./target";

/** Names that are also words of plain English count only where they are quoted. */
const plainWords = ["include", "reasoning", "stop", "store", "text"];
const complaint =
  /unsupported|unknown|unrecogni[sz]ed|unexpected|unavailable|not (?:supported|permitted|allowed|available|accepted|a valid)|extra_forbidden|extra (?:inputs|fields)|(?:does not|doesn't|cannot) (?:support|accept)|invalid|deprecated/i;
const limitWords =
  /(?:at most|less than or equal to|<=|maximum (?:value |allowed )?(?:of|is)|range[^[]{0,60}\[\s*\d+\s*,)\D{0,12}(\d{2,7})/i;
/** Errors of another kind that mention parameters in passing. */
const otherTrouble =
  /context[_ ](?:length|window)|invalid[_ ](?:json[_ ])?schema|invalid_function_parameters/i;

/**
 * What a 400 or 422 teaches about this server and model; empty if nothing new. Worth one more try on the same key with the
 * lessons added to `target.learnt`. `body`: the error as text or parsed. `sent`: the request that was refused; only what
 * stood in it can be at fault.
 */
export function learnFromError(body: unknown, target: Target, sent: JsonObject): Lesson[] {
  const refusal = readRefusal(body);
  const lessons = findLessons(refusal, target, sent);
  return lessons.filter((lesson) => !target.learnt.has(lesson));
}

function findLessons(refusal: Refusal, { learnt }: Target, sent: JsonObject): Lesson[] {
  const { text } = refusal;
  if (/roles must alternate/i.test(text)) return ["role:alternate"];
  if (/system message.{0,40}(?:beginning|first)/i.test(text)) {
    return [learnt.has("role:late-system-as-user") ? "role:system-as-user" : "role:late-system-as-user"];
  }
  if (/function tools with reasoning_effort/i.test(text)) return ["effort:none-with-tools"];
  const limit = findOutputLimit(text, sent);
  if (limit !== null) return [`output-limit:${limit}`];
  if (otherTrouble.test(text)) return [];
  const role = findRefusedRole(refusal, sent);
  if (role !== null) return [role];
  if (!complaint.test(text)) return [];
  const parameter = findParameter(refusal, sent);
  if (parameter === null || isRefused(learnt, parameter)) return [];
  return toLessons(parameter, refusal, sent);
}

function toLessons(parameter: DroppableParameter, { text, param }: Refusal, sent: JsonObject): Lesson[] {
  if (parameter === "max_tokens") return ["use:max_completion_tokens"];
  if (parameter === "max_completion_tokens") return ["use:max_tokens"];
  const isEffort = parameter === "reasoning_effort" || param === "reasoning.effort";
  const refused = isEffort ? findRefusedEfforts(text, sent) : [];
  if (refused.length === 0) return [`drop:${parameter}`];
  return refused.map((effort): Lesson => `effort:not-${effort}`);
}

/** Only the names that stood in the refused request count: messages often name the right parameter beside the wrong one. */
function findParameter({ text, param }: Refusal, sent: JsonObject): DroppableParameter | null {
  const present = droppableParameters.filter((name) => isSent(name, sent));
  const named =
    present.find((name) => param === name) ?? present.find((name) => param?.startsWith(`${name}.`));
  if (named !== undefined) return named;
  // The server has said what it means, and it is nothing that could be left out.
  if (param !== null && param !== "" && !/^(?:tools|input|messages)/.test(param)) return null;
  return present.find((name) => isMentioned(name, text)) ?? null;
}

function isMentioned(name: DroppableParameter, text: string): boolean {
  const [before, after] = plainWords.includes(name) ? ["['\"`]", "['\"`]"] : ["\\b", "\\b"];
  return new RegExp(`${before}${name.replace(".", "\\.")}${after}`).test(text);
}

function isSent(name: DroppableParameter, sent: JsonObject): boolean {
  if (name === "include_obfuscation") return hasField(sent.stream_options, name);
  if (name === "reasoning.summary") return hasField(sent.reasoning, "summary");
  if (name === "web_search") return readObjects(sent.tools).some((tool) => tool.type === name);
  return hasField(sent, name);
}

function hasField(holder: unknown, field: string): boolean {
  return isObject(holder) && Object.hasOwn(holder, field);
}

/** Empty: it is not the value that is wrong, the server does not know the parameter. */
function findRefusedEfforts(text: string, sent: JsonObject): Effort[] {
  const reasoning = isObject(sent.reasoning) ? sent.reasoning : {};
  const effort = effortLadder.find(
    (known) => known === (readString(sent.reasoning_effort) ?? reasoning.effort),
  );
  if (effort === undefined) return [];
  const list = /(?:supported values|one of|must be|expected|should be)(.*)/is.exec(text)?.[1];
  if (list === undefined)
    return /(?:unsupported|invalid)[_ ]value|does not support ['"`]/i.test(text) ? [effort] : [];
  const taken = effortLadder.filter((known) => new RegExp(`['"\`]${known}['"\`]`).test(list));
  return taken.length === 0 || taken.includes(effort)
    ? []
    : effortLadder.filter((known) => !taken.includes(known));
}

function findRefusedRole({ text, param }: Refusal, sent: JsonObject): Lesson | null {
  const isAboutRole = /\broles?\b/i.test(text) || (param?.endsWith("role") ?? false);
  if (!isAboutRole || !(complaint.test(text) || /(?:should|must) be|not one of|expected/i.test(text)))
    return null;
  const roles = [...readObjects(sent.messages), ...readObjects(sent.input)].map(({ role }) => role);
  if (roles.includes("developer") && /\bdeveloper\b/i.test(text)) return "role:developer-as-system";
  return roles.includes("system") && /\bsystem\b/i.test(text) ? "role:system-as-user" : null;
}

/** "max_tokens is too large: 128000. This model supports at most 16384 completion tokens" and its relatives. */
function findOutputLimit(text: string, sent: JsonObject): number | null {
  const asked = sent.max_tokens ?? sent.max_completion_tokens ?? sent.max_output_tokens;
  if (typeof asked !== "number" || !/max_(?:completion_|output_)?tokens/.test(text)) return null;
  // A limit of prompt and answer together changes with every turn.
  if (/context[_ ]length|prompt|input/i.test(text)) return null;
  const limit = Number(limitWords.exec(text)?.[1]);
  return limit > 0 && limit < asked ? limit : null;
}
