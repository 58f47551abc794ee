// Error answers of the dashboard's API, in the one shape that the page reads.
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ConfigError } from "../../config/config-error";
import type { CfError } from "../../errors";
import { redact } from "../../redact";
import type { ApiError } from "../contract";
import { StaleConfigError } from "../stale-config-error";
import { statusOf } from "./error-status";

/** An error answer. `path`: the place in the input that is wrong, such as `query.limit`. */
export function apiError(
  status: ContentfulStatusCode,
  code: string,
  message: string,
  more: { hint?: string | null; path?: string } = {},
): Response {
  const { hint = null, path } = more;
  const error = path === undefined ? { code, message, hint } : { code, message, hint, path };
  return Response.json({ error } satisfies ApiError, { status });
}

/**
 * The answer for an expected failure; its message and hint are for people. `x-cf-exit` is the exit code that the command
 * line has for it, so that a command ends the same whether or not it went through the proxy.
 */
export function cfErrorAnswer(error: CfError): Response {
  const problem = error instanceof ConfigError ? error.problems[0] : undefined;
  const place = problem === undefined || problem.path === "" ? {} : { path: problem.path };
  const answer = apiError(statusOf(error), error.code, redact(error.message), {
    hint: error.hint ?? null,
    ...place,
  });
  answer.headers.set("x-cf-exit", String(error.exit));
  if (error instanceof StaleConfigError) answer.headers.set("etag", `"${error.hash}"`);
  return answer;
}
