// What the parts of one timeline share: the data, and the moment that is being read.
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Timeline } from "../../src/server/contract";

export interface Plot {
  timeline: ReadonlySignal<Timeline | null>;
  /** The moment under pointer or keyboard, in milliseconds since the epoch; null: none. */
  cursor: Signal<number | null>;
}

/** Where a moment lies between the plot's edges, 0..1. */
export function fractionOf(timeline: Timeline, at: number): number {
  const [since, until] = [Date.parse(timeline.since), Date.parse(timeline.until)];
  return (at - since) / (until - since);
}

/** The moment at a fraction of the plot's width, within its edges. */
export function momentAt(timeline: Timeline, fraction: number): number {
  const [since, until] = [Date.parse(timeline.since), Date.parse(timeline.until)];
  return since + Math.max(0, Math.min(1, fraction)) * (until - since);
}
