// Counts durations in slots that grow by a constant factor: small, mergeable, and exact enough for percentiles.
import type { Percentiles } from "./types";

/** A slot is 2^(1/16) = 4.4 % wide: its middle is at most 2.2 % away from any value in it. */
const slotsPerOctave = 16;
/** Up to 2^23 ms, more than two hours; what is longer counts as that. */
const slotCount = 23 * slotsPerOctave + 1;

/** One number a slot: for sums over many. */
export type Counts = Uint32Array;

/** The slots that are not empty: for a few values. */
export type SparseCounts = Map<number, number>;

export function emptyCounts(): Counts {
  return new Uint32Array(slotCount);
}

/** `ms`: whole milliseconds. */
export function countSparsely(counts: SparseCounts, ms: number): void {
  const slot = slotOf(ms);
  counts.set(slot, (counts.get(slot) ?? 0) + 1);
}

/** By nearest rank, within 2.2 %; null without a value. */
export function percentilesOf(counts: Counts): Percentiles | null {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return null;
  const at = (part: number) => valueAt(counts, Math.max(1, Math.ceil(part * total)));
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** Pairs of (gap to the slot before, count) as variable-length integers; null if nothing was counted. */
export function encodeSparsely(counts: SparseCounts): Uint8Array | null {
  if (counts.size === 0) return null;
  const bytes: number[] = [];
  let last = 0;
  for (const slot of [...counts.keys()].sort((one, other) => one - other)) {
    pushInteger(bytes, slot - last);
    pushInteger(bytes, counts.get(slot) ?? 0);
    last = slot;
  }
  return Uint8Array.from(bytes);
}

/** Adds what `encodeSparsely` wrote. Bytes that it cannot have written add nothing. */
export function addEncoded(sum: Counts, bytes: Uint8Array | null): void {
  visit(bytes, (slot, count) => {
    sum[slot] = (sum[slot] ?? 0) + count;
  });
}

export function addCounts(sum: Counts, counts: Counts): void {
  for (const [slot, count] of counts.entries()) sum[slot] = (sum[slot] ?? 0) + count;
}

export function decodeSparsely(sum: SparseCounts, bytes: Uint8Array | null): void {
  visit(bytes, (slot, count) => sum.set(slot, (sum.get(slot) ?? 0) + count));
}

function visit(bytes: Uint8Array | null, add: (slot: number, count: number) => void): void {
  if (bytes === null) return;
  let slot = 0;
  let value = 0;
  let shift = 0;
  let isGap = true;
  for (const byte of bytes) {
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte >= 0x80) continue;
    if (isGap) slot += value;
    else if (slot < slotCount) add(slot, value);
    isGap = !isGap;
    value = 0;
    shift = 0;
  }
}

function slotOf(ms: number): number {
  if (!(ms >= 1)) return 0;
  return Math.min(slotCount - 1, 1 + Math.floor(Math.log2(ms) * slotsPerOctave));
}

function valueAt(counts: Counts, rank: number): number {
  let passed = 0;
  let slot = 0;
  for (; slot < slotCount; slot++) {
    passed += counts[slot] ?? 0;
    if (passed >= rank) break;
  }
  return slot === 0 ? 0 : Math.round(2 ** ((slot - 0.5) / slotsPerOctave));
}

function pushInteger(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}
