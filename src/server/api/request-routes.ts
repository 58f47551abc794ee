// What the ledger knows: single requests, figures, breakdowns, the timeline, and all of it as CSV.
import { Hono } from "hono";
import * as z from "zod/mini";
import type { LedgerQueries } from "../../state/ledger/types";
import type { Figures, Timeline } from "../contract";
import { apiError } from "./api-error";
import type { DashboardEnv } from "./dashboard-env";
import { count, filterFields, filterOf, periodFields, periodOf } from "./query-schemas";
import { streamCsv } from "./stream-csv";
import { validQuery } from "./validate";

/** Figures are of messages. */
const endpoint = z.optional(z.enum(["messages", "count_tokens", "models", "other"]));
const requestsQuery = z.strictObject({
  ...filterFields,
  endpoint,
  ...periodFields,
  before: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
  limit: count(1, 500, 100),
});
const figuresQuery = z.strictObject({
  ...filterFields,
  ...periodFields,
  bucket: z.optional(z.enum(["minute", "hour", "day"])),
});
const breakdownQuery = z.strictObject({
  ...filterFields,
  ...periodFields,
  by: z.enum(["key", "model", "profile", "provider", "client", "day"]),
});
const timelineQuery = z.strictObject({ range: z.optional(z.enum(["1h", "24h"])) });
const exportQuery = z.strictObject({ ...filterFields, ...periodFields, endpoint });
const nothing = z.strictObject({});

const minuteMs = 60_000;
const bucketMs: Record<Figures["bucket"], number> = { minute: minuteMs, hour: 3_600_000, day: 86_400_000 };
/** A series of more points can neither be drawn nor read. */
const mostBuckets = 5000;
const timelines = {
  "1h": { lengthMs: 3_600_000, bucketMs: minuteMs },
  "24h": { lengthMs: 86_400_000, bucketMs: 15 * minuteMs },
};

/** The routes that read the record of requests. */
export function createRequestRoutes(ledger: LedgerQueries, now: () => number) {
  return new Hono<DashboardEnv>()
    .get("/requests", validQuery(requestsQuery), async (context) => {
      const { since, until, before, limit, ...filter } = context.req.valid("query");
      const narrowed = since !== undefined || until !== undefined;
      const page = await ledger.page({
        filter: filterOf(filter),
        limit,
        ...(narrowed ? { period: periodOf({ since: since ?? 0, until }, now()) } : {}),
        ...(before === undefined ? {} : { before }),
      });
      return context.json(page);
    })
    .get("/requests/:id", validQuery(nothing), async (context) => {
      const row = await ledger.find(context.req.param("id"));
      if (row !== null) return context.json(row);
      return apiError(404, "no_such_request", "There is no request with this id (any more).", {
        hint: "Requests are kept for retentionDays.",
        path: "id",
      });
    })
    .get("/figures", validQuery(figuresQuery), async (context) => {
      const { since, until, bucket = "hour", ...filter } = context.req.valid("query");
      const period = periodOf({ since, until }, now());
      if (period.since >= period.until) return emptyPeriod();
      if ((period.until - period.since) / bucketMs[bucket] > mostBuckets) {
        const more = { hint: "Choose a shorter period or a larger bucket.", path: "query.bucket" };
        return apiError(400, "invalid_input", `That would be more than ${mostBuckets} buckets.`, more);
      }
      return context.json(await ledger.figures({ period, bucket, filter: filterOf(filter) }));
    })
    .get("/breakdown", validQuery(breakdownQuery), async (context) => {
      const { since, until, by, ...filter } = context.req.valid("query");
      const period = periodOf({ since, until }, now());
      if (period.since >= period.until) return emptyPeriod();
      return context.json(await ledger.breakdown({ period, by, filter: filterOf(filter) }));
    })
    .get("/timeline", validQuery(timelineQuery), async (context) => {
      const { range = "1h" } = context.req.valid("query");
      const { lengthMs, bucketMs } = timelines[range];
      // Whole buckets, so that the bars stand still while time goes on.
      const until = (Math.floor(now() / bucketMs) + 1) * bucketMs;
      const period = { since: until - lengthMs, until };
      const { bands, histogram } = await ledger.timeline({ period, bucketMs });
      const timeline: Timeline = {
        since: new Date(period.since).toISOString(),
        until: new Date(period.until).toISOString(),
        bucketMs,
        bands,
        histogram,
      };
      return context.json(timeline);
    })
    .get("/usage.csv", validQuery(exportQuery), (context) => {
      const { since, until, ...filter } = context.req.valid("query");
      const period = periodOf({ since, until }, now());
      if (period.since >= period.until) return emptyPeriod();
      const body = streamCsv(ledger, { period, filter: filterOf(filter) });
      return context.body(body, 200, {
        "content-type": "text/csv; charset=utf-8; header=present",
        "content-disposition": `attachment; filename="claude-failover-usage.csv"`,
      });
    });
}

function emptyPeriod(): Response {
  return apiError(400, "invalid_input", "query.until: must be later than since", { path: "query.until" });
}
