// The windows of a subscription: while one of them is used up, its key is out for every model.
import type { Timestamp } from "../engine/types";

/** Until when the account of a key (by its place in the list) is out; null: it is not. */
export type AccountOut = (keyIndex: number, now: Timestamp) => Timestamp | null;

const prefix = "anthropic-ratelimit-unified-";

/** `anthropic-ratelimit-unified-*` as subscription tokens get them on every answer; with `retry-after` while out. */
export function accountHeaders(outUntil: Timestamp | null, now: Timestamp): Record<string, string> {
  const isOut = outUntil !== null;
  const status = isOut ? "rejected" : "allowed";
  const fiveHours = epochSeconds(outUntil ?? now + 2 * 3_600_000);
  return {
    [`${prefix}status`]: status,
    [`${prefix}reset`]: fiveHours,
    [`${prefix}representative-claim`]: "five_hour",
    [`${prefix}5h-status`]: status,
    [`${prefix}5h-utilization`]: isOut ? "1" : "0.62",
    [`${prefix}5h-reset`]: fiveHours,
    [`${prefix}7d-status`]: "allowed",
    [`${prefix}7d-utilization`]: "0.31",
    [`${prefix}7d-reset`]: epochSeconds(now + 3 * 24 * 3_600_000),
    ...(isOut ? { "retry-after": String(Math.max(1, Math.ceil((outUntil - now) / 1000))) } : {}),
  };
}

function epochSeconds(at: Timestamp): string {
  return String(Math.ceil(at / 1000));
}
