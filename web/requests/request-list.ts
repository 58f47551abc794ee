// The list of the Requests view: pages from the API below, live rows on top, held back while a person reads. Pure.
import type { RequestFilter, RequestRow } from "../../src/server/contract";

export interface RequestList {
  /** The newest first. */
  rows: RequestRow[];
  /** Came in while the list was held; the newest first. */
  held: RequestRow[];
  /** Where the next page begins; null: there is none, or as many rows as are kept. */
  next: string | null;
}

/** What is older is found by narrowing the filter. */
export const listCapacity = 10_000;

/** What comes twice comes twice soon. */
const recentRows = 500;

export const emptyList: RequestList = { rows: [], held: [], next: null };

/** The list with rows that just finished, `fresh` oldest first. */
export function addLive(list: RequestList, fresh: readonly RequestRow[], hold: boolean): RequestList {
  const known = new Set(
    [...list.rows.slice(0, recentRows), ...list.held.slice(0, recentRows)].map((row) => row.id),
  );
  const added = fresh.filter((row) => !known.has(row.id)).reverse();
  if (added.length === 0) return list;
  const held = [...added, ...list.held].slice(0, listCapacity);
  return hold ? { ...list, held } : release({ ...list, held });
}

/** Shows what was held back. */
export function release(list: RequestList): RequestList {
  if (list.held.length === 0) return list;
  return bound({ rows: [...list.held, ...list.rows], held: [], next: list.next });
}

/** The list with the next older page below. */
export function addPage(list: RequestList, rows: readonly RequestRow[], next: string | null): RequestList {
  const known = new Set([...list.rows, ...list.held].map((row) => row.id));
  return bound({ ...list, rows: [...list.rows, ...rows.filter((row) => !known.has(row.id))], next });
}

function bound(list: RequestList): RequestList {
  if (list.rows.length < listCapacity) return list;
  return { ...list, rows: list.rows.slice(0, listCapacity), next: null };
}

/** Whether a live row belongs into a filtered list, as the API would say. */
export function matches(row: RequestRow, filter: RequestFilter): boolean {
  const { profile, key, model, provider, client, service, endpoint, session, search } = filter;
  if (profile !== undefined && row.profile !== profile) return false;
  if (key !== undefined && row.key !== key) return false;
  if (model !== undefined && row.modelAsked !== model && row.modelServed !== model) return false;
  if (provider !== undefined && row.provider !== provider) return false;
  if (client !== undefined && row.client !== client) return false;
  if (service !== undefined && row.service !== service) return false;
  if (endpoint !== undefined && row.endpoint !== endpoint) return false;
  if (session !== undefined && row.session !== session) return false;
  return search === undefined || search === "" || isFound(row, search.toLowerCase());
}

function isFound(row: RequestRow, text: string): boolean {
  const places = [row.id, row.target, row.refusal, row.modelAsked, row.modelServed, row.key, row.client];
  const words = row.attempts.flatMap((attempt) => [attempt.words, attempt.key]);
  return [...places, ...words].some((place) => place?.toLowerCase().includes(text));
}

const services = ["asked", "rotated", "fell_back", "failed", "cancelled"] as const;
const endpoints = ["messages", "count_tokens", "models", "other"] as const;
const providers = ["anthropic", "openai"] as const;

/** The filter that a query of the page's address stands for; what is not known there is left out. */
export function readFilter(query: URLSearchParams): RequestFilter {
  const filter: RequestFilter = {};
  for (const name of ["profile", "key", "model", "client", "session", "search"] as const) {
    const value = query.get(name);
    if (value !== null && value !== "") filter[name] = value;
  }
  const service = services.find((one) => one === query.get("service"));
  if (service !== undefined) filter.service = service;
  const endpoint = endpoints.find((one) => one === query.get("endpoint"));
  if (endpoint !== undefined) filter.endpoint = endpoint;
  const provider = providers.find((one) => one === query.get("provider"));
  if (provider !== undefined) filter.provider = provider;
  return filter;
}

/** The part of `count` fixed-height rows that is drawn, some beyond the edges included. */
export function visibleRange(
  count: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): { from: number; until: number } {
  const beyond = 8;
  const from = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - beyond);
  return { from, until: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + beyond) };
}
