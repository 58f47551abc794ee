// The log through the API: its last lines, or a stream that goes on with each new one.
import { Hono } from "hono";
import * as z from "zod/mini";
import type { LogFilter } from "../../state/log/log-entry";
import { readLog } from "../../state/log/read-log";
import type { LogLines } from "../contract";
import { openLogStream, toLine } from "../live/log-stream";
import { apiError } from "./api-error";
import type { DashboardEnv } from "./dashboard-env";
import { count } from "./query-schemas";
import { validQuery } from "./validate";

export interface LogRoutesOptions {
  /** Path of the log file in use. */
  path: string;
  reportBug: (error: unknown) => void;
}

const text = z.optional(z.string().check(z.minLength(1), z.maxLength(256)));
const logQuery = z.strictObject({
  level: z.optional(z.enum(["debug", "info", "warn", "error"])),
  request: text,
  key: text,
  search: text,
  limit: count(0, 1000, 200),
});
/** Each looks at the file several times a second. */
const mostStreams = 32;

export function createLogRoutes({ path, reportBug }: LogRoutesOptions) {
  let streams = 0;
  return new Hono<DashboardEnv>()
    .get("/logs", validQuery(logQuery), async (context) => {
      const { limit, ...filter } = context.req.valid("query");
      const found = await readLog(path, limit, filter satisfies LogFilter);
      return context.json({ lines: found.map(({ entry }) => toLine(entry)) } satisfies LogLines);
    })
    .get("/logs/stream", validQuery(logQuery), (context) => {
      const headers = { "content-type": "text/event-stream; charset=utf-8" };
      // Hono answers HEAD with what GET answers: nobody would read that stream.
      if (context.req.method === "HEAD") return context.body(null, 200, headers);
      if (streams >= mostStreams) {
        const hint = "Close some of the dashboard's tabs.";
        return apiError(503, "too_many_viewers", "Too many live views are open.", { hint });
      }
      const { limit, ...filter } = context.req.valid("query");
      const end = { gone: context.req.raw.signal, closing: context.env.closing };
      streams += 1;
      const onEnd = () => {
        streams -= 1;
      };
      const body = openLogStream({ path, filter, limit, end, reportBug, onEnd });
      return context.body(body, 200, headers);
    });
}
