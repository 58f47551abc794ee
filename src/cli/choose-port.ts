// The port of the profile that a command is for.
import { mainProfile } from "../config/main-profile";
import type { Health } from "../daemon/health";
import type { RunFile } from "../daemon/run-file";
import { CfError } from "../errors";
import { didYouMean } from "./parse-arguments";
import { quoteWord, usageError } from "./usage-error";

/** `wanted`: undefined for `default`, or the first one. Throws a CfError if there is no such profile, or its port is closed. */
export function choosePort(run: RunFile, health: Health, wanted: string | undefined): number {
  const open = run.profiles;
  const chosen = wanted === undefined ? mainProfile(open) : open.find(({ name }) => name === wanted);
  if (chosen !== undefined) return chosen.port;
  const closed = health.profiles.find(({ name }) => name === wanted);
  if (closed !== undefined || wanted === undefined) {
    throw new CfError("port_closed", closed?.error ?? "The proxy has no open port.", {
      hint: "See cf status.",
    });
  }
  const names = open.map(({ name }) => name);
  throw usageError(
    `There is no profile ${quoteWord(wanted)}.${didYouMean(wanted, names)}`,
    `Profiles: ${names.join(", ")}`,
  );
}
