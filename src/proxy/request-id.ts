// Ids of requests: sortable by time and unique over restarts.

/** `req_cf_` + UUIDv7 in base-16 without dashes; the name that `cf why` and the log use. */
export function newRequestId(): string {
  return `req_cf_${Bun.randomUUIDv7().replaceAll("-", "")}`;
}
