// The dashboard's API, one line a route; the page gets its types from here through Hono's client.
import { Hono } from "hono";
import * as z from "zod/mini";
import type { Paths } from "../../config/paths";
import { CfError } from "../../errors";
import type { LedgerQueries } from "../../state/ledger/types";
import type { LiveView } from "../live/live-view";
import { apiError, cfErrorAnswer } from "./api-error";
import { createCaptureRoutes } from "./capture-routes";
import { type ConfigRouteOptions, createConfigRoutes } from "./config-routes";
import type { DashboardEnv } from "./dashboard-env";
import { apiRoutes } from "./describe-api";
import { createKeyRoutes } from "./key-routes";
import { createLogRoutes } from "./log-routes";
import { createRequestRoutes } from "./request-routes";
import { createSetupRoutes } from "./setup-routes";
import { validQuery } from "./validate";

export interface DashboardApiOptions extends ConfigRouteOptions {
  live: LiveView;
  ledger: LedgerQueries;
  paths: Paths;
  now: () => number;
  reportBug: (error: unknown) => void;
}

const noQuery = z.strictObject({});
/** A browser that reconnects by itself sends the header; a page that does it by hand cannot. */
const eventsQuery = z.strictObject({ lastEventId: z.optional(z.string().check(z.maxLength(100))) });
const eventStreamHeaders = { "content-type": "text/event-stream; charset=utf-8" };

/** Everything under `/dashboard/api`. */
export function createDashboardApi(options: DashboardApiOptions) {
  const { live, ledger, runtime, now, reportBug } = options;
  const { capture, secrets } = runtime;
  const api = new Hono<DashboardEnv>()
    .get("/", validQuery(noQuery), (context) => context.json({ routes: apiRoutes }))
    .get("/snapshot", validQuery(noQuery), (context) => context.json(live.snapshot()))
    .get("/events", validQuery(eventsQuery), (context) => {
      // Hono answers HEAD with what GET answers: nobody would read that stream.
      if (context.req.method === "HEAD") return context.body(null, 200, eventStreamHeaders);
      const lastEventId =
        context.req.header("last-event-id") ?? context.req.valid("query").lastEventId ?? null;
      const end = { gone: context.req.raw.signal, closing: context.env.closing };
      const body = live.subscribe(lastEventId, end);
      if (body === null) {
        return apiError(503, "too_many_viewers", "Too many live views are open.", {
          hint: "Close some of the dashboard's tabs.",
        });
      }
      return context.body(body, 200, eventStreamHeaders);
    })
    .route("/", createRequestRoutes(ledger, now))
    .route("/", createCaptureRoutes({ capture, secrets, onChange: () => live.touch() }))
    .route("/", createLogRoutes({ path: options.paths.logFile, reportBug }))
    .route("/", createConfigRoutes(options))
    .route("/", createKeyRoutes(options))
    .route("/", createSetupRoutes({ ...options, config: () => runtime.config }));
  api.notFound((context) => {
    return apiError(
      404,
      "not_found",
      `There is nothing at ${context.req.method} ${context.req.path.slice(0, 200)}.`,
    );
  });
  api.onError((error) => {
    if (error instanceof CfError) return cfErrorAnswer(error);
    reportBug(error);
    return apiError(500, "internal_error", "The dashboard's API failed; the log says why.", {
      hint: "cf logs",
    });
  });
  return api;
}

export type DashboardApi = ReturnType<typeof createDashboardApi>;
