// Switches the keeping of bodies on and off, and shows what is kept.
import { Hono } from "hono";
import * as z from "zod/mini";
import type { BodyCapture } from "../../state/body-capture";
import { apiError } from "./api-error";
import type { DashboardEnv } from "./dashboard-env";
import { describeExchange } from "./describe-exchange";
import { validBody, validQuery } from "./validate";

export interface CaptureRoutesOptions {
  capture: BodyCapture;
  /** What must not show in a body, whatever it looks like. */
  secrets: Iterable<string>;
  /** Tells the live views. */
  onChange: () => void;
}

const change = z.strictObject({ on: z.boolean() });
const nothing = z.strictObject({});

export function createCaptureRoutes({ capture, secrets, onChange }: CaptureRoutesOptions) {
  return new Hono<DashboardEnv>()
    .get("/capture", validQuery(nothing), (context) => context.json(capture.state))
    .put("/capture", validBody(change), (context) => {
      capture.on = context.req.valid("json").on;
      onChange();
      return context.json(capture.state);
    })
    .get("/requests/:id/bodies", validQuery(nothing), async (context) => {
      const exchange = capture.find(context.req.param("id"));
      if (exchange !== null) return context.json(await describeExchange(exchange, secrets));
      const hint = capture.state.on
        ? `Only the last ${capture.state.capacity} requests since it was switched on are kept.`
        : "Switch the keeping of bodies on, then send the request again.";
      return apiError(404, "not_captured", "The bodies of this request are not kept.", { hint, path: "id" });
    });
}
