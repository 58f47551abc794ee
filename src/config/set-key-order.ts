// Sets the order in which a profile uses its keys.
import { CfError, exitCode } from "../errors";
import { redact } from "../redact";
import { defaultProfileName } from "./defaults";
import {
  type ConfigDocument,
  isJsonObject,
  type JsonObject,
  objectIn,
  withoutKey,
  withValue,
} from "./document";
import { unknownKey } from "./edit-keys";
import { suggest } from "./suggest";

/**
 * `keyOrder`: null takes the profile's own order away, so that it uses every key. Throws a CfError `unknown_profile` or
 * `unknown_key`; an unknown key that the order has already may stay in it.
 */
export function setKeyOrder(
  document: ConfigDocument,
  name: string,
  keyOrder: readonly string[] | null,
): ConfigDocument {
  const profiles = objectIn(document, "profiles");
  const profile = findProfile(profiles, name);
  const before = profile.get("keyOrder");
  const known = new Set<unknown>([
    ...objectIn(document, "keys").keys(),
    ...(Array.isArray(before) ? before : []),
  ]);
  const unknown = keyOrder?.find((id) => !known.has(id));
  if (unknown !== undefined) throw unknownKey(unknown, objectIn(document, "keys").keys());
  const edited =
    keyOrder === null ? withoutKey(profile, "keyOrder") : withValue(profile, "keyOrder", keyOrder);
  return withValue(document, "profiles", withValue(profiles, name, edited));
}

/** Without any profile there is the default one, unwritten. */
function findProfile(profiles: JsonObject, name: string): JsonObject {
  const profile = profiles.get(name);
  if (isJsonObject(profile)) return profile;
  if (profiles.size === 0 && name === defaultProfileName) return new Map();
  const meant = suggest(name, [...profiles.keys()]);
  throw new CfError("unknown_profile", `There is no profile "${redact(name)}".`, {
    ...(meant === null ? {} : { hint: `Did you mean "${redact(meant)}"?` }),
    exit: exitCode.usage,
  });
}
