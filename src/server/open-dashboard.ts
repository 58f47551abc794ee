// Loads the dashboard when somebody opens it: no request to the API and no start waits for it.
import type { Paths } from "../config/paths";
import type { BrowserSessions } from "./access/sessions";
import type { DashboardEnv } from "./api/dashboard-env";
import type { HealthReport } from "./health";
import type { LiveConfig } from "./live-config";
import type { Runtime } from "./runtime";

export type DashboardHandler = (request: Request, from: DashboardEnv["Bindings"]) => Promise<Response>;

export interface OpenDashboardOptions {
  runtime: Runtime;
  paths: Paths;
  health: () => HealthReport;
  sessions: BrowserSessions;
  instance: string;
  /** Follows and changes the config. */
  liveConfig: () => LiveConfig;
}

/** The handler of all ports for what is below `/dashboard`. */
export function openDashboard(options: OpenDashboardOptions): DashboardHandler {
  let app: ReturnType<typeof createApp> | null = null;
  return async (request, from) => {
    app ??= createApp(options);
    return (await app).fetch(request, from);
  };
}

async function createApp(options: OpenDashboardOptions) {
  const [{ createDashboardApp }, { LiveView }] = await Promise.all([
    import("./dashboard-app"),
    import("./live/live-view"),
  ]);
  const { runtime, paths, health, sessions } = options;
  const liveConfig = options.liveConfig();
  const configHash = () => liveConfig.loaded.hash;
  const live = new LiveView({ ...options, configHash, figures: runtime.ledger });
  const profiles = () => health().profiles;
  const { ledger, reportBug } = runtime;
  return createDashboardApp({
    live,
    ledger,
    sessions,
    runtime,
    liveConfig,
    paths,
    profiles,
    now: Date.now,
    reportBug,
  });
}
