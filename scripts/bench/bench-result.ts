// Everything that one run found out; what --json prints.
import type { Aim } from "./judge-aims";
import type { LatencyResult } from "./measure-latency";
import type { MemoryResult } from "./measure-memory";
import type { RecordResult } from "./measure-record";
import type { StartupResult } from "./measure-startup";
import type { ThroughputResult } from "./measure-throughput";
import type { TranslationResult } from "./measure-translation";

export interface Figures {
  throughput: ThroughputResult[];
  latency: LatencyResult[];
  translation: TranslationResult | null;
  record: RecordResult[];
  /** null: not asked for, or not to be had on this system. */
  memory: MemoryResult | null;
  startup: StartupResult | null;
}

export interface BenchResult extends Figures {
  machine: { processors: number; processor: string; system: string; bun: string; nginx: string | null };
  pinning: string;
  rounds: number;
  /** Whether processor time was asked for. */
  showsCpu: boolean;
  /** What could not be measured here, and why. */
  missing: string[];
  aims: Aim[];
  seconds: number;
}
