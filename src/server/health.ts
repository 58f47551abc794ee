// What `/health` tells: whether the proxy works, which keys serve, who waits. Never a secret.
import type { Warning } from "../config/types";
import type { LearntReport } from "../proxy/learnt-lessons";
import type { KeyState } from "../state/describe-key";
import type { Totals } from "../state/ledger/types";
import { showName } from "../state/show-name";
import type { Runtime } from "./runtime";
import { collectWarnings } from "./warnings";

export interface ProfileReport {
  name: string;
  port: number;
  /** Why the port is not open; null when it is. */
  error: string | null;
}

export interface ConfigErrorReport {
  message: string;
  path: string | null;
  line: number | null;
}

/** What the runtime does not know of itself. */
export interface Surroundings {
  version: string;
  profiles: () => ProfileReport[];
  configError: () => ConfigErrorReport | null;
  /** What was found in the config and around the process. */
  warnings: () => readonly Warning[];
}

export interface HealthReport {
  status: "ok" | "degraded" | "unavailable";
  version: string;
  uptimeSeconds: number;
  profiles: ProfileReport[];
  keys: KeyState[];
  /** Requests that wait for a key; `until`: ISO time at which the first is expected to go on. */
  queue: { profile: string; model: string; waiting: number; until: string | null }[];
  configError: ConfigErrorReport | null;
  warnings: Warning[];
  /** What the day has brought so far, by the clock of this machine. */
  today: Totals;
  /** What OpenAI-compatible servers have refused and are not sent any more; absent when empty. */
  learnt?: LearntReport[];
}

export function reportHealth(runtime: Runtime, surroundings: Surroundings): HealthReport {
  const keys = runtime.pool.keyStates();
  const learnt = runtime.lessons.report();
  const profiles = surroundings.profiles();
  return {
    status: statusOf(keys),
    version: surroundings.version,
    uptimeSeconds: Math.round((Date.now() - runtime.startedAt) / 1000),
    profiles,
    keys,
    queue: runtime.queue.lengths().map(({ profile, model, waiting, expectedAt }) => {
      return {
        profile,
        model: showName(model),
        waiting,
        until: expectedAt === null ? null : new Date(expectedAt).toISOString(),
      };
    }),
    configError: surroundings.configError(),
    warnings: collectWarnings({
      found: surroundings.warnings(),
      profiles,
      sharedOrganizations: runtime.pool.sharedOrganizations(),
      record: runtime.ledger.report,
    }),
    today: runtime.ledger.today(),
    ...(learnt.length === 0 ? {} : { learnt }),
  };
}

/** `degraded`: some key is out. A key that a person paused is not missed. */
function statusOf(keys: readonly KeyState[]): HealthReport["status"] {
  const expected = keys.filter((key) => key.state !== "disabled" || key.reason !== "paused");
  const serving = expected.filter((key) => key.state === "serving" || key.state === "ready");
  if (serving.length === 0) return "unavailable";
  return serving.length === expected.length ? "ok" : "degraded";
}
