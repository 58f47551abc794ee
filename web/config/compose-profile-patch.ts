// How a profile is added, renamed or moved: the patch of `profiles` in the config. Pure.
import { isObject, valueAt } from "./merge-patch";

/** `before`: the name that it had; "" for a new one. */
export function composeProfilePatch(
  document: Record<string, unknown>,
  before: string,
  name: string,
  port: number,
): Record<string, unknown> {
  const written = valueAt(document, "profiles");
  // Without any profile the default one is there unwritten; beside another one it has to be written.
  const isUnwritten = !isObject(written) || Object.keys(written).length === 0;
  const implied = isUnwritten && before === "" ? { default: {} } : {};
  if (before === "" || before === name) return { ...implied, [name]: { port } };
  const settings = valueAt(document, "profiles", before);
  return { [before]: null, [name]: { ...(isObject(settings) ? settings : {}), port } };
}
