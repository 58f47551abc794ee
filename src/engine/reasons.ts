// What the reasons of rests have in common.
import type { RestReason } from "./types";

/** What ends without anybody doing anything: worth waiting for, and worth a `retry-after`. */
const passing = new Set<RestReason>(["rate_limited", "overloaded", "server_error", "network"]);

export function passesByItself(reason: RestReason): boolean {
  return passing.has(reason);
}
