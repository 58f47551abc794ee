// How long a conversation's prompt cache stays warm upstream.

const shortCacheMs = 5 * 60_000;
const longCacheMs = 60 * 60_000;

/** Milliseconds since the last request: an hour if the request uses a `ttl: "1h"` cache, else five minutes. */
export function cacheWarmMs(usesHourCache: boolean): number {
  return usesHourCache ? longCacheMs : shortCacheMs;
}
