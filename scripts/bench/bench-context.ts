// What every measurement works with: who is measured, with what load, how long.

import type { Pace } from "./plan";
import type { LoadGenerator } from "./start-scripts";

export type TargetName = "direct" | "nginx" | "nginxSpooling" | "cf";

/** Somewhere to send the load; `pid`: whose processor time counts, null where that cannot be told. */
export interface Target {
  name: TargetName;
  port: number;
  pid: number | null;
}

export interface BenchContext {
  binary: string;
  upstreamPort: number;
  /** Prefix of a command that starts a proxy. */
  pin: string[];
  /** Those that run on this machine, the upstream itself among them. */
  targets: readonly Target[];
  generator: LoadGenerator;
  /** One more, for what is measured beside something else. */
  startGenerator(): Promise<LoadGenerator>;
  pace: Pace;
  /** When the whole run began, on the clock of `performance.now`. */
  startedAt: number;
  /** Aborts when a person no longer wants to know. */
  signal: AbortSignal;
  /** Tells a waiting person what happens. */
  say(line: string): void;
}
