// Gives every tool a name and every call an id that OpenAI accepts, and finds the client's own again.
import { isObject, type JsonObject, readObjects, readString } from "./json-value";
import { sha256Hex } from "./sha256";

/** What OpenAI accepts as the name of a function. */
const legal = /^[a-zA-Z0-9_-]{1,64}$/;
const slugLength = 55;
/** Of a tool at Anthropic. */
const longestClientName = 128;
/** What OpenAI's models see their tools in, and now and then put before a name. */
const namespace = /^functions\./;

export interface ToolNames {
  /** A legal name stays as it is; any other becomes a readable part and a hash. */
  toWire(name: string): string;
  /** The client's name for one that the model used; a name that nobody gave becomes one that Anthropic takes. */
  toClient(wireName: string): string;
  /** The id of a call as sent upstream. A pure function of `id`. */
  toWireId(id: string): string;
  /** The client's id again, for ids that were asked of this object before; others stay as they are. */
  toClientId(wireId: string): string;
}

/**
 * Knows all names in the request's tools, its history and its `tool_choice`. The wire name depends on the name alone, so
 * that prompt caches keep hitting from turn to turn; only where two names would meet does the second one get another hash.
 */
export function makeToolNames(request: unknown): ToolNames {
  const wireNames = new Map<string, string>();
  const clientNames = new Map<string, string>();
  const clientIds = new Map<string, string>();
  const add = (name: string): string => {
    const known = wireNames.get(name);
    if (known !== undefined) return known;
    let wire = toLegal(name, "tool");
    for (let salt = 1; clientNames.has(wire); salt++) wire = toLegal(name, "tool", `#${salt}`);
    wireNames.set(name, wire);
    clientNames.set(wire, name);
    return wire;
  };
  const names = listNames(request);
  // Legal names first: they must not lose their own name to the short form of another.
  for (const name of names) if (legal.test(name)) add(name);
  for (const name of names) if (!legal.test(name)) add(name);
  return {
    toWire: add,
    toClient: (wireName) =>
      clientNames.get(wireName) ??
      clientNames.get(wireName.replace(namespace, "")) ??
      // The client refuses it by its name, and its history must not be refused for it later on.
      wireName.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, longestClientName),
    toWireId: (id) => {
      const wireId = toLegal(id, "call");
      clientIds.set(wireId, id);
      return wireId;
    },
    toClientId: (wireId) => clientIds.get(wireId) ?? wireId,
  };
}

function toLegal(name: string, fallback: string, salt = ""): string {
  if (salt === "" && legal.test(name)) return name;
  const slug = name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, slugLength);
  return `${slug === "" ? fallback : slug}_${sha256Hex(name + salt).slice(0, 8)}`;
}

function listNames(request: unknown): string[] {
  if (!isObject(request)) return [];
  const used = readObjects(request.messages)
    .flatMap((message) => readObjects(message.content))
    .filter((block) => block.type === "tool_use");
  const choice = isObject(request.tool_choice) ? [request.tool_choice] : [];
  return [...readObjects(request.tools), ...used, ...choice].flatMap(readName);
}

function readName(holder: JsonObject): string[] {
  const name = readString(holder.name);
  return name === null ? [] : [name];
}
