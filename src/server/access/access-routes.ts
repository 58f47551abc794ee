// Signs a browser in with the client token, and out again.
import { Hono } from "hono";
import * as z from "zod/mini";
import { systemClock } from "../../state/clock";
import { apiError } from "../api/api-error";
import type { DashboardEnv } from "../api/dashboard-env";
import { validBody } from "../api/validate";
import { isClientToken } from "../guard";
import { GuessLimit } from "./guess-limit";
import type { BrowserSessions } from "./sessions";

const login = z.strictObject({ token: z.string().check(z.minLength(1), z.maxLength(4096)) });
const logout = z.strictObject({});

/** `POST /login` and `/logout`: the routes that need no token. */
export function createAccessRoutes(sessions: BrowserSessions, now = systemClock.now) {
  const guesses = new GuessLimit(now);
  return new Hono<DashboardEnv>()
    .post("/login", validBody(login), (context) => {
      const { policy, address } = context.env;
      const from = address();
      const waitSeconds = guesses.waitSeconds(from);
      if (waitSeconds > 0) {
        const more = { hint: `Try again in ${waitSeconds} s.` };
        const refused = apiError(429, "too_many_guesses", "Too many wrong tokens.", more);
        refused.headers.set("retry-after", String(waitSeconds));
        return refused;
      }
      const { token } = context.req.valid("json");
      if (!isClientToken(token, policy)) {
        guesses.note(from);
        const more = { hint: "It is clientToken in the config.", path: "body.token" };
        return apiError(401, "wrong_token", "This is not the client token.", more);
      }
      return withCookies(policy.tokenDigest === null ? [] : sessions.begin(policy.tokenDigest));
    })
    .post("/logout", validBody(logout), (context) => withCookies(sessions.end(context.req.raw.headers)));
}

function withCookies(cookies: readonly string[]): Response {
  const answer = new Response(null, { status: 204 });
  for (const cookie of cookies) answer.headers.append("set-cookie", cookie);
  return answer;
}
