// Faults that show only when several settings are seen together. Looks at the raw document, so that they are told in
// the same go as the faults of single settings; whatever has the wrong type is left to the schema.
import { checkHost } from "./check-text";
import { defaultPort, defaultProfileName } from "./defaults";
import { type ConfigDocument, isJsonObject, type JsonObject, type JsonValue, objectIn } from "./document";
import type { Fault } from "./explain";
import { isLoopbackHost } from "./loopback";
import { recognizeToken } from "./recognize-token";

export function checkRelations(document: ConfigDocument): Fault[] {
  return [...checkPorts(document), ...checkExposure(document), ...checkApis(document)];
}

function checkPorts(document: ConfigDocument): Fault[] {
  const owners = new Map<JsonValue, string>();
  return objectsIn(document, "profiles").flatMap(([name, profile]) => {
    const path = ["profiles", name, "port"];
    const port = profile.get("port") ?? (name === defaultProfileName ? defaultPort : undefined);
    if (port === undefined) {
      const message = `is missing; only the profile "${defaultProfileName}" has a port of its own (${defaultPort})`;
      return [{ path, message }];
    }
    const owner = owners.get(port);
    if (owner !== undefined) return [{ path, message: `${String(port)} is already the port of "${owner}"` }];
    if (typeof port === "number") owners.set(port, name);
    return [];
  });
}

function checkExposure(document: ConfigDocument): Fault[] {
  const host = document.get("host");
  if (typeof host !== "string" || checkHost(host) !== null || isLoopbackHost(host.trim())) return [];
  if (document.has("clientToken")) return [];
  const message =
    "other machines could use your keys through this address; set clientToken, or use 127.0.0.1";
  return [{ path: ["host"], message }];
}

function checkApis(document: ConfigDocument): Fault[] {
  return objectsIn(document, "keys").flatMap(([id, key]) => {
    if (!key.has("api")) return [];
    const token = key.get("token");
    const recognized = typeof token === "string" ? recognizeToken(token) : null;
    const byToken = recognized?.ok ? recognized.provider : "anthropic";
    const provider = key.get("provider") ?? byToken;
    if (provider !== "anthropic") return [];
    return [{ path: ["keys", id, "api"], message: 'is only for keys with provider "openai"' }];
  });
}

function objectsIn(document: ConfigDocument, name: string): [string, JsonObject][] {
  return [...objectIn(document, name)].flatMap(([entry, value]) =>
    isJsonObject(value) ? [[entry, value] satisfies [string, JsonObject]] : [],
  );
}
