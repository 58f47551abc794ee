// What sums are kept by: the fields by which figures can be filtered and broken down.
import type { Shape } from "../shape";
import type { RequestFilter, Service } from "../types";

const groupFields = ["profile", "key", "modelAsked", "modelServed", "provider", "client", "service"] as const;

export type Group = Record<(typeof groupFields)[number], string> & { service: Service };

export function groupText(shape: Shape): string {
  return groupFields.map((field) => shape[field]).join("\n");
}

export function readGroup(text: string): Group {
  const values = text.split("\n");
  return Object.fromEntries(groupFields.map((field, index) => [field, values[index] ?? ""])) as Group;
}

/** For groups and shapes alike. `session` and `search` are nothing that they know. */
export function matchesFilter(group: Group, filter: RequestFilter): boolean {
  const { profile, key, model, provider, client, service } = filter;
  if (profile !== undefined && group.profile !== profile) return false;
  if (key !== undefined && group.key !== key) return false;
  if (model !== undefined && group.modelAsked !== model && group.modelServed !== model) return false;
  if (provider !== undefined && group.provider !== provider) return false;
  if (client !== undefined && group.client !== client) return false;
  return service === undefined || group.service === service;
}
