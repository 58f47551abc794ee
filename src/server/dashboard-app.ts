// Everything under /dashboard: the page, its API, and the headers that keep both to themselves.
import { Hono } from "hono";
import { apiError } from "./api/api-error";
import { createDashboardApi, type DashboardApiOptions, type DashboardEnv } from "./api/dashboard-api";
import { refuseWithoutToken } from "./guard";
import { loadPage } from "./page/load-page";
import { createPageApp } from "./page/page-app";

/** No script but the page's own, nothing from elsewhere, in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** The guard of the listener stands before it: Host and Origin are ours by then. */
export function createDashboardApp(options: DashboardApiOptions): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.use(async (context, next) => {
    await next();
    const { headers } = context.res;
    for (const [name, value] of Object.entries(securityHeaders)) headers.set(name, value);
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  });
  app.use("/dashboard/api/*", async (context, next) => {
    if (refuseWithoutToken(context.req.raw.headers, context.env.policy) === null) return next();
    return apiError(401, "token_required", "The dashboard asks for the client token.", {
      hint: "It is clientToken in the config.",
    });
  });
  app.route("/dashboard/api", createDashboardApi(options));
  app.route("/", createPageApp(loadPage));
  app.notFound((context) => {
    return apiError(
      404,
      "not_found",
      `There is nothing at ${context.req.method} ${context.req.path.slice(0, 200)}.`,
    );
  });
  app.onError((error) => {
    options.reportBug(error);
    return apiError(500, "internal_error", "The dashboard failed; the log says why.", { hint: "cf logs" });
  });
  return app;
}
