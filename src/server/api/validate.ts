// Checks what a request to the dashboard's API brings against a zod schema; bad input gets 400 with the place.
import type { MiddlewareHandler } from "hono";
import type * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import { suggest } from "../../config/suggest";
import { readBody } from "../../proxy/read-body";
import { redact } from "../../redact";
import { apiError } from "./api-error";
import type { DashboardEnv } from "./dashboard-env";

type Place = "query" | "json";

/** Types the route's input for the client and its output for the handler. */
type Validation<Target extends Place, Schema extends z.ZodMiniType> = MiddlewareHandler<
  DashboardEnv,
  string,
  { in: { [Name in Target]: z.input<Schema> }; out: { [Name in Target]: z.output<Schema> } }
>;

/** A config of this size would be absurd already. */
const mostBodyBytes = 1_000_000;
/** The small zod has no words of its own. */
const inEnglish = { error: en().localeError };

/** The query, each parameter at most once. `schema`: a strict object of strings. */
export function validQuery<Schema extends z.ZodMiniObject>(schema: Schema): Validation<"query", Schema> {
  return async (context, next) => {
    const given = [...new URL(context.req.url).searchParams];
    const names = given.map(([name]) => name);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice !== undefined) return badInput(`query.${twice}`, "is given more than once");
    // Own properties only: a parameter may be called __proto__.
    const parsed = schema.safeParse(Object.fromEntries(given), inEnglish);
    if (!parsed.success) return explain("query", parsed.error, Object.keys(schema.shape));
    context.req.addValidatedData("query", parsed.data);
    return next();
  };
}

/** For actions that take nothing: no body, or `{}`. */
export const noBody: MiddlewareHandler<DashboardEnv> = async (context, next) => {
  const body = await readBody(context.req.raw, mostBodyBytes);
  if (!("status" in body) && /^\s*(?:\{\s*\})?\s*$/.test(new TextDecoder().decode(body))) return next();
  return badInput("body", "must be empty or {}");
};

/** The JSON body. Its content type was checked before. */
export function validBody<Schema extends z.ZodMiniType>(schema: Schema): Validation<"json", Schema> {
  return async (context, next) => {
    const body = await readBody(context.req.raw, mostBodyBytes);
    if ("status" in body) {
      return apiError(413, "body_too_large", `The body is larger than ${mostBodyBytes} bytes.`);
    }
    const json = parseJson(body);
    if ("error" in json) return badInput("body", json.error);
    const parsed = schema.safeParse(json.value, inEnglish);
    if (!parsed.success) return explain("body", parsed.error, namesOf(schema));
    context.req.addValidatedData("json", parsed.data as object);
    return next();
  };
}

function namesOf(schema: z.ZodMiniType): string[] {
  return "shape" in schema && typeof schema.shape === "object" && schema.shape !== null
    ? Object.keys(schema.shape)
    : [];
}

function parseJson(body: Uint8Array): { value: unknown } | { error: string } {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch {
    return { error: body.length === 0 ? "is empty; JSON is expected" : "is not valid JSON" };
  }
}

function explain(place: string, error: z.core.$ZodError, known: readonly string[]): Response {
  const [issue] = error.issues;
  if (issue === undefined) return badInput(place, "is not valid");
  const path = [place, ...issue.path.map(String)];
  if (issue.code !== "unrecognized_keys") return badInput(path.join("."), issue.message);
  const unknown = issue.keys[0] ?? "";
  const meant = suggest(unknown, known);
  const hint = meant === null ? null : `Did you mean ${meant}?`;
  return badInput([...path, unknown].join("."), "is not known here", hint);
}

function badInput(path: string, problem: string, hint: string | null = null): Response {
  // What stands at the wrong place may be a token.
  const shown = redact(path).slice(0, 200);
  return apiError(400, "invalid_input", `${shown}: ${problem}`, { hint, path: shown });
}
