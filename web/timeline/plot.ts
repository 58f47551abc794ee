// What the parts of one timeline share: the data, and the moment that is being read.
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Track } from "./timeline";

export interface Plot {
  track: ReadonlySignal<Track | null>;
  /** The moment under pointer or keyboard, in milliseconds since the epoch; null: none. */
  cursor: Signal<number | null>;
}

/** Where a moment lies between the plot's edges, 0..1. */
export function fractionOf({ since, until }: Track, at: number): number {
  return (at - since) / (until - since);
}

/** The moment at a fraction of the plot's width, within its edges. */
export function momentAt({ since, until }: Track, fraction: number): number {
  return since + Math.max(0, Math.min(1, fraction)) * (until - since);
}
