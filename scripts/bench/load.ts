// What the load generator is asked to do, and what it reports.
import type { RequestShape } from "./compose-request";

export interface Load extends RequestShape {
  concurrency: number;
  /** Body length that every answer must have. */
  answerBytes: number;
  /** Ends after `requests` or after `ms`, whichever comes first; null: only the time counts. */
  requests: number | null;
  ms: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** Answers with another status or length than expected, and broken connections. */
  wrong: number;
  /** The first of them in words. */
  wrongSample: string | null;
  /** From the first byte sent to the last byte received. */
  latencyMs: Percentiles;
  /** From the first byte sent to the first byte of the body. */
  firstByteMs: Percentiles;
}

export interface Percentiles {
  p50: number;
  p99: number;
}
