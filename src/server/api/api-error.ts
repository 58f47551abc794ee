// Error answers of the dashboard's API, in the one shape that the page reads.
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { CfError } from "../../errors";
import type { ApiError } from "../contract";

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

/** The answer for an expected failure; its message and hint are for people. */
export function cfErrorAnswer(status: ContentfulStatusCode, error: CfError): Response {
  return apiError(status, error.code, error.message, { hint: error.hint ?? null });
}
