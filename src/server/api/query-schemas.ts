// The query parameters that the dashboard's API knows, as they stand in an address: everything is text.
import * as z from "zod/mini";
import type { Period, RequestFilter } from "../contract";

/** No name of ours is longer, and what clients invent is cut there too. */
const longestName = 256;
const dayMs = 86_400_000;
/** Further back than anything can reach; keeps dates valid. */
const latestTime = Date.UTC(9999, 11, 31);

const name = z.string().check(z.minLength(1), z.maxLength(longestName));

/** A point in time: ISO 8601, or milliseconds since the Unix epoch. */
const time = z
  .pipe(
    z.string().check(z.maxLength(40)),
    z.transform((text: string) => (/^\d{1,15}$/.test(text) ? Number(text) : parseIso(text))),
  )
  .check(
    z.refine((at) => at >= 0 && at <= latestTime, {
      error: "must be a time such as 2026-11-26T04:00:00Z, or milliseconds since 1970",
    }),
  );

export const filterFields = {
  profile: z.optional(name),
  key: z.optional(name),
  model: z.optional(name),
  provider: z.optional(z.enum(["anthropic", "openai"])),
  client: z.optional(name),
  service: z.optional(z.enum(["asked", "rotated", "fell_back", "failed", "cancelled"])),
  session: z.optional(name),
  search: z.optional(z.string().check(z.maxLength(longestName))),
};

export const periodFields = { since: z.optional(time), until: z.optional(time) };

/** A whole number between two bounds. */
export function count(least: number, most: number, otherwise: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  const number = z
    .pipe(z.string().check(z.maxLength(10), z.regex(/^\d+$/, error)), z.transform(Number))
    .check(z.refine((value) => value >= least && value <= most, { error }));
  return z.pipe(
    z.optional(number),
    z.transform((value) => value ?? otherwise),
  );
}

type FilterQuery = z.output<z.ZodMiniObject<typeof filterFields>> & {
  endpoint?: RequestFilter["endpoint"] | undefined;
};

/** The filter of a query, without what was not given. */
export function filterOf(query: FilterQuery): RequestFilter {
  const { profile, key, model, provider, client, service, endpoint, session, search } = query;
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(key === undefined ? {} : { key }),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
    ...(client === undefined ? {} : { client }),
    ...(service === undefined ? {} : { service }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(session === undefined ? {} : { session }),
    ...(search === undefined || search === "" ? {} : { search }),
  };
}

/** The period of a query; the last 24 hours where it is silent. */
export function periodOf(
  { since, until }: { since?: number | undefined; until?: number | undefined },
  now: number,
): Period {
  // What begins in this very millisecond belongs to it.
  const end = until ?? Math.max(now + 1, (since ?? 0) + 1);
  return { since: since ?? Math.max(0, end - dayMs), until: end };
}

function parseIso(text: string): number {
  return /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
