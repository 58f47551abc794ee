// The config over HTTP: to be read without its secrets, changed, and changed back.
import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { isJsonObject, toJsonValue } from "../../config/document";
import { CfError } from "../../errors";
import type { ConfigChanged, KeyOrderBody } from "../contract";
import type { ProfileReport } from "../health";
import type { ConfigChange, LiveConfig } from "../live-config";
import type { Runtime } from "../runtime";
import { apiError } from "./api-error";
import type { DashboardEnv } from "./dashboard-env";
import { describeConfig } from "./describe-config";
import { validBody } from "./validate";

export interface ConfigRouteOptions {
  runtime: Runtime;
  liveConfig: LiveConfig;
  profiles: () => ProfileReport[];
}

const patchBody = z.record(z.string(), z.unknown());
const undoBody = z.strictObject({ undo: z.string() });
const orderBody = z.strictObject({ keyOrder: z.nullable(z.array(z.string())) });

/** Below `/dashboard/api`; the guard, the client token and the content type were checked before. */
export function createConfigRoutes(options: ConfigRouteOptions) {
  const { liveConfig } = options;
  return new Hono<DashboardEnv>()
    .get("/config", (context) => {
      const view = describeConfig(liveConfig);
      context.header("etag", `"${view.hash}"`);
      return context.json(view);
    })
    .patch("/config", validBody(patchBody), async (context) => {
      const ifMatch = readIfMatch(context);
      if (ifMatch === undefined) {
        return apiError(
          428,
          "if_match_required",
          "A change of the config must name the state that it was made for.",
          {
            hint: "Send the hash of GET /dashboard/api/config as If-Match.",
          },
        );
      }
      const patch = toDocument(context.req.valid("json"));
      return answerChange(context, options, () => liveConfig.change({ edit: "patch", patch }, ifMatch));
    })
    .post("/config/undo", validBody(undoBody), (context) => {
      const { undo } = context.req.valid("json");
      return answerChange(context, options, () => liveConfig.undo(undo));
    })
    .put("/profiles/:name/order", validBody(orderBody), (context) => {
      const { keyOrder }: KeyOrderBody = context.req.valid("json");
      const profile = context.req.param("name");
      const edit = { edit: "set-order", profile, keyOrder } as const;
      return answerChange(context, options, () => liveConfig.change(edit, readIfMatch(context) ?? null));
    });
}

/** Makes the change and tells what it has brought, ports that could not be opened included. */
export async function answerChange(
  context: Context<DashboardEnv>,
  { profiles }: Pick<ConfigRouteOptions, "profiles">,
  make: () => Promise<ConfigChange>,
): Promise<Response> {
  const before = new Set(profiles().map((profile) => profile.error));
  const { hash, id, notices, undo } = await make();
  const closed = profiles().flatMap(({ error }) => (error === null || before.has(error) ? [] : error));
  const changed: ConfigChanged = { hash, notices: [...notices, ...closed], undo };
  context.header("etag", `"${hash}"`);
  return context.json(id === null ? changed : { ...changed, id }, id === null ? 200 : 201);
}

/** The hash in If-Match; undefined without the header, null for `*`, which any state matches. */
export function readIfMatch(context: Context<DashboardEnv>): string | null | undefined {
  const header = context.req.header("if-match")?.trim();
  if (header === undefined || header === "") return undefined;
  return header === "*" ? null : header.replace(/^(?:W\/)?"(.*)"$/, "$1");
}

function toDocument(body: Record<string, unknown>) {
  try {
    const patch = toJsonValue(body);
    if (isJsonObject(patch)) return patch;
  } catch (error) {
    // Nested deeper than the stack.
    if (!(error instanceof RangeError)) throw error;
  }
  throw new CfError("invalid_input", "The patch is nested too deeply to be one of a config.");
}
