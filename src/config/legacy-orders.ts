// Merges the three key orders of 1.x into the one of today.
import {
  type ConfigDocument,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  withoutKey,
  withValue,
} from "./document";
import type { RenamedKeys } from "./legacy";

/**
 * Gives every profile the order in which 1.x used its keys: `priorityOrder` first, then `keyOrder`, then
 * `openaiKeyOrder`. An empty order of one provider meant every key of it. Orders at the top level hold for the
 * profiles that have none of their own.
 */
export function mergeOrders(document: ConfigDocument, ids: RenamedKeys): ConfigDocument {
  const profiles = document.get("profiles");
  const shared = withoutOrders(document);
  const given = isJsonObject(profiles) && profiles.size > 0 ? profiles : topLevelProfile(document);
  if (given === null) return shared;
  const merged = [...given].map(
    ([name, profile]) =>
      [name, isJsonObject(profile) ? mergeProfile(profile, document, ids) : profile] satisfies [
        string,
        JsonValue,
      ],
  );
  return withValue(shared, "profiles", new Map(merged));
}

function topLevelProfile(document: ConfigDocument): JsonObject | null {
  const ordered = document.has("priorityOrder") || document.has("openaiKeyOrder");
  return ordered ? new Map([["default", new Map()]]) : null;
}

function mergeProfile(profile: JsonObject, document: ConfigDocument, ids: RenamedKeys): JsonObject {
  const order = mergedOrder(profile, document, ids);
  const current = withoutOrders(profile);
  return order === null ? current : withValue(current, "keyOrder", order);
}

/** null: leave `keyOrder` as it is, be it absent, empty or of a wrong type. */
function mergedOrder(profile: JsonObject, document: ConfigDocument, ids: RenamedKeys): string[] | null {
  const keyOrder = profile.get("keyOrder") ?? [];
  if (!Array.isArray(keyOrder) || !keyOrder.every((id) => typeof id === "string")) return null;
  const priority = readPriority(textsIn(profile, document, "priorityOrder"), ids);
  const openaiOrder = textsIn(profile, document, "openaiKeyOrder").map((id) => ids.openai.get(id) ?? id);
  if (priority.length + keyOrder.length + openaiOrder.length === 0) return null;
  const anthropic = keyOrder.map((id) => ids.anthropic.get(id) ?? ids.openai.get(id) ?? id);
  if (priority.length > 0) return unique([...priority, ...anthropic, ...openaiOrder]);
  return unique([
    ...(anthropic.length > 0 ? anthropic : ids.anthropic.values()),
    ...(openaiOrder.length > 0 ? openaiOrder : ids.openai.values()),
  ]);
}

function readPriority(order: readonly string[], ids: RenamedKeys): string[] {
  return order.flatMap((entry) => {
    const [, provider, id] = /^(anthropic|openai):(.+)$/.exec(entry) ?? [];
    if (id === undefined) return [ids.anthropic.get(entry) ?? ids.openai.get(entry) ?? entry];
    const [own, other] = provider === "openai" ? [ids.openai, ids.anthropic] : [ids.anthropic, ids.openai];
    // A removed key whose id the other provider still uses must not turn into that key.
    return own.has(id) || ![...other.values()].includes(id) ? [own.get(id) ?? id] : [];
  });
}

function textsIn(profile: JsonObject, document: ConfigDocument, name: string): string[] {
  const order = profile.get(name) ?? document.get(name) ?? [];
  return Array.isArray(order) ? order.filter((id) => typeof id === "string") : [];
}

function withoutOrders(object: JsonObject): JsonObject {
  return withoutKey(withoutKey(object, "priorityOrder"), "openaiKeyOrder");
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id) => id !== ""))];
}
