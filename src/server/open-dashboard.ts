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

export interface Dashboard {
  /** Answers what is below `/dashboard`, on every port. */
  answer: DashboardHandler;
  /** Gives back timers and subscriptions. */
  close(): void;
}

export function openDashboard(options: OpenDashboardOptions): Dashboard {
  let made: ReturnType<typeof makeDashboard> | null = null;
  return {
    answer: async (request, from) => {
      made ??= makeDashboard(options);
      return (await made).app.fetch(request, from);
    },
    close: () => void made?.then(({ live }) => live.close(), options.runtime.reportBug),
  };
}

async function makeDashboard(options: OpenDashboardOptions) {
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
  const app = createDashboardApp({
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
  return { app, live };
}
