// Puts together what setup needs to know: the machine, the user, and the address of a profile.
import { homedir } from "node:os";
import { reachableHost } from "../config/loopback";
import { mainProfile } from "../config/main-profile";
import type { Paths } from "../config/paths";
import { suggest } from "../config/suggest";
import type { Config } from "../config/types";
import { CfError, exitCode } from "../errors";
import type { Environment, Machine, SetupContext } from "./types";

/** This machine and the user of this process. */
export function thisMachine(paths: Paths, env: Environment): Machine {
  const userHome = (process.platform === "win32" ? env.USERPROFILE : env.HOME) || homedir();
  return { paths, env, platform: process.platform, userHome };
}

/** `profile`: its name; undefined: `default`, or the first one. Throws a usage error if there is no such profile. */
export function makeContext(
  machine: Machine,
  config: Config,
  options: { readonly profile?: string | undefined; readonly cwd: string },
): SetupContext {
  const profile = findProfile(config, options.profile);
  const url = `http://${reachableHost(config.host)}:${profile.port}`;
  const target = { profile: profile.name, url, clientToken: config.clientToken };
  return { ...machine, cwd: options.cwd, config, target };
}

function findProfile(config: Config, name: string | undefined): Config["profiles"][number] {
  const { profiles } = config;
  const found =
    name === undefined ? mainProfile(profiles) : profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const names = profiles.map((profile) => profile.name);
  const meant = name === undefined ? null : suggest(name, names);
  throw new CfError("unknown_profile", `There is no profile ${JSON.stringify(name ?? "default")}.`, {
    hint: meant === null ? `The config has: ${names.join(", ")}` : `Did you mean "${meant}"?`,
    exit: exitCode.usage,
  });
}
