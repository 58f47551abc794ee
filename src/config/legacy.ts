// Brings a config of the JavaScript claude-failover 1.x into the current format, in memory.
import {
  type ConfigDocument,
  type DocumentPath,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectIn,
  withoutKey,
} from "./document";
import type { Fault } from "./explain";
import { slugify, uniqueId } from "./key-id";
import { mergeOrders } from "./legacy-orders";

export interface UpgradedDocument {
  readonly document: ConfigDocument;
  /** True if the file has anything that only 1.x wrote. */
  readonly legacy: boolean;
  readonly faults: readonly Fault[];
  /** Where in the file a setting of the upgraded document stands. */
  originOf(path: DocumentPath): DocumentPath;
}

/** Ids of 1.x keys in the upgraded document, by provider and old id. */
export interface RenamedKeys {
  readonly anthropic: ReadonlyMap<string, string>;
  readonly openai: ReadonlyMap<string, string>;
}

const orderNames = ["openaiKeyOrder", "priorityOrder"];

/** A current document comes back as it is. Nothing is lost: ids that collide get a number, equal labels stay equal. */
export function upgradeDocument(document: ConfigDocument): UpgradedDocument {
  if (!isLegacy(document)) return { document, legacy: false, faults: [], originOf: (path) => path };
  const ids = renameKeys(document);
  return {
    document: mergeOrders(mergeKeys(document, ids), ids),
    legacy: true,
    faults: checkTypes(document),
    originOf: (path) => originOf(path, ids),
  };
}

function isLegacy(document: ConfigDocument): boolean {
  const marks = ["openaiKeys", ...orderNames];
  const profiles = [...objectIn(document, "profiles").values()].filter(isJsonObject);
  const keys = [...objectIn(document, "keys").values()].filter(isJsonObject);
  return (
    marks.some((name) => document.has(name)) ||
    profiles.some((profile) => orderNames.some((name) => profile.has(name))) ||
    keys.some((key) => key.has("addedAt"))
  );
}

/** The fields that are about to disappear must be what they seem; all others are the schema's business. */
function checkTypes(document: ConfigDocument): Fault[] {
  const openaiKeys = document.get("openaiKeys");
  const faults: Fault[] = [];
  if (openaiKeys !== undefined && !isJsonObject(openaiKeys)) {
    faults.push({ path: ["openaiKeys"], message: "must be an object {...}" });
  }
  const holders: [DocumentPath, JsonValue][] = [
    [[], document],
    ...[...objectIn(document, "profiles")].map(
      ([name, profile]) => [["profiles", name], profile] satisfies [DocumentPath, JsonValue],
    ),
  ];
  for (const [path, holder] of holders) {
    for (const name of orderNames) {
      const order = isJsonObject(holder) ? holder.get(name) : undefined;
      if (order === undefined || (Array.isArray(order) && order.every((id) => typeof id === "string")))
        continue;
      faults.push({ path: [...path, name], message: "must be a list of key ids" });
    }
  }
  return faults;
}

function renameKeys(document: ConfigDocument): RenamedKeys {
  const keys = objectIn(document, "keys");
  const openaiKeys = objectIn(document, "openaiKeys");
  const taken = new Set([...keys.keys(), ...openaiKeys.keys()]);
  const anthropic = new Map([...keys].map(([id, key]) => [id, id === "" ? nameKey(key, "key", taken) : id]));
  const openai = [...openaiKeys].map(([id, key]): [string, string] => {
    if (id === "") return [id, nameKey(key, "openai", taken)];
    if (!keys.has(id)) return [id, id];
    const free = uniqueId(id, taken);
    taken.add(free);
    return [id, free];
  });
  return { anthropic, openai: new Map(openai) };
}

/** 1.x made the id "" from a label without Latin letters, and could never use that key. */
function nameKey(key: JsonValue, fallback: string, taken: Set<string>): string {
  const label = isJsonObject(key) ? key.get("label") : undefined;
  const id = uniqueId((typeof label === "string" && slugify(label)) || fallback, taken);
  taken.add(id);
  return id;
}

function mergeKeys(document: ConfigDocument, ids: RenamedKeys): ConfigDocument {
  const keys = document.get("keys") ?? new Map();
  if (!isJsonObject(keys)) return withoutKey(document, "openaiKeys");
  const anthropic = [...keys].map(
    ([id, key]) => [ids.anthropic.get(id) ?? id, upgradeKey(key)] satisfies [string, JsonValue],
  );
  const openai = [...objectIn(document, "openaiKeys")].map(([id, key]) => {
    const upgraded = upgradeKey(key);
    const entry = isJsonObject(upgraded) ? new Map(upgraded).set("provider", "openai") : upgraded;
    return [ids.openai.get(id) ?? id, entry] satisfies [string, JsonValue];
  });
  return withoutKey(new Map(document).set("keys", new Map([...anthropic, ...openai])), "openaiKeys");
}

/** The types of 1.x for OpenAI keys are dropped: it called everything that does not begin with sk- an OAuth token. */
function upgradeKey(key: JsonValue): JsonValue {
  if (!isJsonObject(key)) return key;
  const current: JsonObject = withoutKey(key, "addedAt");
  const type = current.get("type");
  return type === "api_key" || type === "oauth_token" ? withoutKey(current, "type") : current;
}

function originOf(path: DocumentPath, ids: RenamedKeys): DocumentPath {
  const [first, id, ...rest] = path;
  if (first !== "keys" || id === undefined) return path;
  const oldId = (renamed: ReadonlyMap<string, string>) => [...renamed].find(([, fresh]) => fresh === id)?.[0];
  const openai = oldId(ids.openai);
  if (openai !== undefined) return ["openaiKeys", openai, ...rest];
  return ["keys", oldId(ids.anthropic) ?? id, ...rest];
}
