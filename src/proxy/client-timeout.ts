// How long a client waits for its answer.

/** SDK clients say after how many seconds they give up; what comes later nobody hears. Infinity: it does not say. */
export function clientTimeoutMs(headers: Headers): number {
  const seconds = Number(headers.get("x-stainless-timeout") ?? Number.NaN);
  return seconds > 0 ? seconds * 1000 : Number.POSITIVE_INFINITY;
}
