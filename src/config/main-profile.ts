// Which profile stands for the proxy as a whole.
import { defaultProfileName } from "./defaults";

/**
 * The one that is meant where none is named, that `--port` moves, and without whose port there is no start: `default`, else
 * the first. undefined: there is none at all.
 */
export function mainProfile<Profile extends { readonly name: string }>(
  profiles: readonly Profile[],
): Profile | undefined {
  return profiles.find(({ name }) => name === defaultProfileName) ?? profiles[0];
}
