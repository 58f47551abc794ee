// What is measured, how often and how long.
import type { AnswerKind } from "./answers";

export const parts = [
  "1k",
  "240k",
  "1m",
  "sse",
  "translate",
  "record",
  "latency",
  "cpu",
  "memory",
  "startup",
] as const;
export type Part = (typeof parts)[number];

/** Throughput is measured with each of these. */
export interface Case {
  name: "1k" | "240k" | "1m" | "sse-many" | "sse-one";
  title: string;
  part: Part;
  bodyBytes: number;
  answer: AnswerKind;
  /** Whether nginx's default buffer, which puts bodies above 16 KB into a file, makes a difference. */
  spools: boolean;
}

export const cases: readonly Case[] = [
  { name: "1k", title: "1 KB request", part: "1k", bodyBytes: 1024, answer: "json", spools: false },
  { name: "240k", title: "240 KB request", part: "240k", bodyBytes: 245_760, answer: "json", spools: true },
  { name: "1m", title: "1 MB request", part: "1m", bodyBytes: 1_048_576, answer: "json", spools: true },
  {
    name: "sse-many",
    title: "500 events, 500 writes",
    part: "sse",
    bodyBytes: 1024,
    answer: "events-many",
    spools: false,
  },
  {
    name: "sse-one",
    title: "500 events, one write",
    part: "sse",
    bodyBytes: 1024,
    answer: "events-one",
    spools: false,
  },
];

export const concurrency = 16;
/** Conversations that the load takes turns with; more than the proxy remembers where memory is measured. */
export const fewSessions = 16;
export const manySessions = 20_000;

export interface Pace {
  rounds: number;
  /** Of one measurement. */
  ms: number;
  warmUpMs: number;
  /** Before all measurements: until the proxy's code is compiled for good. */
  settleMs: number;
  memoryRequests: number;
  versionRuns: number;
  startRuns: number;
  /** Where the machine is slow, measuring memory ends here, counted from the start of the whole run. */
  endsAfterMs: number;
}

export const fullPace: Pace = {
  rounds: 5,
  ms: 2000,
  warmUpMs: 1000,
  settleMs: 10_000,
  memoryRequests: 1_000_000,
  versionRuns: 20,
  startRuns: 10,
  endsAfterMs: 570_000,
};

export const quickPace: Pace = {
  rounds: 3,
  ms: 500,
  warmUpMs: 300,
  settleMs: 3000,
  memoryRequests: 100_000,
  versionRuns: 20,
  startRuns: 5,
  endsAfterMs: 80_000,
};
