// The routes of a profile's port that are ours, and what is nobody's. Calls to the API do not come through here.
import { Hono } from "hono";
import { errorResponse } from "../proxy/own-answer";
import { newRequestId } from "../proxy/request-id";
import { instanceHeader } from "../state/instance-header";
import type { BrowserSessions } from "./access/sessions";
import { type GuardPolicy, refuseWithoutToken } from "./guard";
import type { HealthReport } from "./health";
import type { MetricsText } from "./metrics/open-metrics";

export interface ProfileAppOptions {
  policy: GuardPolicy;
  health: () => HealthReport;
  metrics: () => Promise<MetricsText>;
  /** Browsers that are signed in to the dashboard may look at the metrics. */
  sessions: BrowserSessions;
  /** Sent with `/health`, so that a command knows that it talks to the process of the run file. */
  instance: string;
}

/** Hono answers HEAD where it answers GET. */
export function createProfileApp({ policy, health, metrics, sessions, instance }: ProfileAppOptions): Hono {
  const app = new Hono();
  app.get("/", (context) => {
    if (context.req.method === "HEAD") return context.body(null, 200);
    return context.redirect("/dashboard/", 302);
  });
  app.get("/health", (context) => {
    const report = health();
    const known = refuseWithoutToken(context.req.raw.headers, policy) === null;
    const { status, version } = report;
    context.header(instanceHeader, instance);
    context.header("cache-control", "no-store");
    return context.json(known ? report : { status, version }, status === "unavailable" ? 503 : 200);
  });
  app.get("/metrics", async (context) => {
    const { headers } = context.req.raw;
    const stranger = sessions.isKnown(headers, policy) ? null : refuseWithoutToken(headers, policy);
    if (stranger !== null) return errorResponse(stranger, newRequestId());
    const { contentType, text } = await metrics();
    return context.body(text, 200, {
      "content-type": contentType,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
  });
  app.notFound((context) => notFound(context.req.method, context.req.path));
  return app;
}

function notFound(method: string, path: string): Response {
  const message = `There is nothing at ${method} ${path.slice(0, 200)}. API calls begin with /v1.`;
  return errorResponse({ status: 404, type: "not_found_error", message }, newRequestId());
}
