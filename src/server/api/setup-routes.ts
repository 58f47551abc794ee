// Points tools at this proxy with one click: the edits are shown first, made as shown or not at all, and taken back.
import { homedir } from "node:os";
import { Hono } from "hono";
import * as z from "zod/mini";
import type { Paths } from "../../config/paths";
import type { Config } from "../../config/types";
import { makeContext, thisMachine } from "../../setup/make-context";
import {
  applyPlan,
  planTool,
  planToolUndo,
  setupTools,
  undoTool,
  viewPlan,
  viewTool,
} from "../../setup/set-up";
import type { SetupContext } from "../../setup/types";
import type { SetupView } from "../contract";
import type { ProfileReport } from "../health";
import { apiError } from "./api-error";
import type { DashboardEnv } from "./dashboard-env";
import { noBody, validBody, validQuery } from "./validate";

export interface SetupRoutesOptions {
  paths: Paths;
  config: () => Config;
  /** The ports that are really open. */
  profiles: () => ProfileReport[];
}

const query = z.strictObject({ profile: z.optional(z.string().check(z.minLength(1), z.maxLength(256))) });
const applyBody = z.strictObject({
  profile: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
  /** The edits that the person agreed to. */
  edits: z.optional(z.array(z.strictObject({ path: z.string(), diff: z.string() }))),
});

export function createSetupRoutes(options: SetupRoutesOptions) {
  const contextFor = (profile: string | undefined) => makeSetupContext(options, profile);
  return new Hono<DashboardEnv>()
    .get("/setup", validQuery(query), async (context) => {
      const setup = contextFor(context.req.valid("query").profile);
      const views: SetupView[] = await Promise.all(setupTools.map((tool) => viewTool(tool, setup)));
      return context.json(views);
    })
    .post("/setup/:tool/apply", validBody(applyBody), async (context) => {
      const tool = setupTools.find((known) => known === context.req.param("tool"));
      if (tool === undefined) return unknownTool();
      const { profile, edits } = context.req.valid("json");
      const setup = contextFor(profile);
      const plan = await planTool(tool, setup);
      if (edits !== undefined && !Bun.deepEquals(edits, viewPlan(plan, setup, false).edits)) {
        return apiError(
          409,
          "setup_changed_meanwhile",
          "The files were changed since the edits were shown.",
          {
            hint: "Look at the edits again.",
          },
        );
      }
      // We run already: the service takes over at the next login.
      await applyPlan(plan, setup, { startNow: false });
      return context.json(await viewTool(tool, setup));
    })
    .post("/setup/:tool/undo", noBody, async (context) => {
      const tool = setupTools.find((known) => known === context.req.param("tool"));
      if (tool === undefined) return unknownTool();
      const setup = contextFor(undefined);
      const steps = await planToolUndo(tool, setup);
      const left = steps.flatMap((step) => step.notes);
      const notes = [...left, ...(await undoTool(tool, steps, setup))];
      return context.json({ view: await viewTool(tool, setup), notes });
    });
}

function makeSetupContext({ paths, config, profiles }: SetupRoutesOptions, profile?: string): SetupContext {
  const machine = thisMachine(paths, process.env);
  const open = new Map(profiles().map(({ name, port }) => [name, port]));
  const inForce = config();
  // `--port` may have moved a profile for this run.
  const reached = inForce.profiles.map((one) => ({ ...one, port: open.get(one.name) ?? one.port }));
  return makeContext(machine, { ...inForce, profiles: reached }, { profile, cwd: homedir() });
}

function unknownTool(): Response {
  return apiError(404, "unknown_tool", "There is no such tool.", {
    hint: `There are: ${setupTools.join(", ")}.`,
    path: "tool",
  });
}
