// Cuts a period into minutes, hours or days; days are those of this machine's clock and zone.
import type { Bucket, Period } from "./types";

export const minuteMs = 60_000;
export const hourMs = 3_600_000;

/** Start of the bucket that holds `at`, in milliseconds. */
export function bucketStart(at: number, bucket: Bucket): number {
  if (bucket === "minute") return at - (at % minuteMs);
  // Zones differ from each other by quarters of an hour.
  const day = new Date(at);
  if (bucket === "day") return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
  return at - (at % hourMs);
}

/** Starts of all buckets that overlap the period. */
export function listBuckets({ since, until }: Period, bucket: Bucket): number[] {
  const starts: number[] = [];
  for (let at = bucketStart(since, bucket); at < until; at = nextBucket(at, bucket)) starts.push(at);
  return starts;
}

/** `2026-11-26`, by this machine's zone. */
export function dayName(at: number): string {
  const day = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function nextBucket(start: number, bucket: Bucket): number {
  if (bucket === "minute") return start + minuteMs;
  if (bucket === "hour") return start + hourMs;
  const day = new Date(start);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
}
