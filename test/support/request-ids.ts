// Ids of requests that began when the test says so.

/** As `newRequestId` makes them, for another time than now. */
export function idAt(at: number): string {
  return `req_cf_${Bun.randomUUIDv7("hex", at).replaceAll("-", "")}`;
}
