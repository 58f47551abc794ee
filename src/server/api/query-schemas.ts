// The query parameters that the dashboard's API knows, as they stand in an address: everything is text.
import { z } from "zod";
import type { Period, RequestFilter } from "../contract";

/** No name of ours is longer, and what clients invent is cut there too. */
const longestName = 256;
const dayMs = 86_400_000;
/** Further back than anything can reach; keeps dates valid. */
const latestTime = Date.UTC(9999, 11, 31);

const name = z.string().min(1).max(longestName);

/** A point in time: ISO 8601, or milliseconds since the Unix epoch. */
const time = z
  .string()
  .max(40)
  .transform((text) => (/^\d{1,15}$/.test(text) ? Number(text) : parseIso(text)))
  .refine((at) => at >= 0 && at <= latestTime, {
    error: "must be a time such as 2026-11-26T04:00:00Z, or milliseconds since 1970",
  });

export const filterFields = {
  profile: name.optional(),
  key: name.optional(),
  model: name.optional(),
  provider: z.enum(["anthropic", "openai"]).optional(),
  client: name.optional(),
  service: z.enum(["asked", "rotated", "fell_back", "failed", "cancelled"]).optional(),
  session: name.optional(),
  search: z.string().max(longestName).optional(),
};

export const periodFields = { since: time.optional(), until: time.optional() };

/** A whole number between two bounds. */
export function count(least: number, most: number, otherwise: number) {
  return z
    .string()
    .max(10)
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    })
    .optional()
    .transform((value) => value ?? otherwise);
}

type FilterQuery = z.output<z.ZodObject<typeof filterFields>> & {
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
