// Whether a row passes a filter.
import type { Period, RequestFilter, RequestRow } from "./types";

export function matchRow(row: RequestRow, filter: RequestFilter): boolean {
  const { profile, key, model, provider, client, service, endpoint, session, search } = filter;
  if (profile !== undefined && row.profile !== profile) return false;
  if (key !== undefined && row.key !== key) return false;
  if (model !== undefined && row.modelAsked !== model && row.modelServed !== model) return false;
  if (provider !== undefined && row.provider !== provider) return false;
  if (client !== undefined && row.client !== client) return false;
  if (service !== undefined && row.service !== service) return false;
  if (endpoint !== undefined && row.endpoint !== endpoint) return false;
  if (session !== undefined && row.session !== session) return false;
  return search === undefined || search === "" || isFoundIn(row, search.toLowerCase());
}

export function isWithin(row: RequestRow, { since, until }: Period): boolean {
  const at = Date.parse(row.at);
  return at >= since && at < until;
}

function isFoundIn(row: RequestRow, words: string): boolean {
  const attempts = row.attempts.flatMap((attempt) => [attempt.words, attempt.key]);
  const texts = [
    row.id,
    row.target,
    row.refusal,
    row.modelAsked,
    row.modelServed,
    row.key,
    row.client,
    ...attempts,
  ];
  return texts.some((text) => text?.toLowerCase().includes(words));
}
