// Which profile stands for the proxy as a whole.
import type { Config, Profile } from "../config/types";
import { CfError } from "../errors";

/** The profile that `--port` moves and without whose port there is no start: `default`, else the first. */
export function mainProfile(config: Pick<Config, "profiles">): Profile {
  const main = config.profiles.find((profile) => profile.name === "default") ?? config.profiles[0];
  if (main === undefined) throw new CfError("no_profile", "The config has no profile.");
  return main;
}
