// Tells whether Claude Code would start without a token of ours, and so keep what its own login gives it.
import { join } from "node:path";
import { CfError } from "../../errors";
import { readTarget } from "../files/read-target";
import { readJson } from "../json/edit-json-file";
import type { Machine } from "../types";
import { findLogin } from "./find-login";
import { claudeFolder, stateFile } from "./plan-claude-code";

/** A key or token in the shell's variables is no login: it is not handed on to a command that we run. */
export async function hasLogin(machine: Machine): Promise<boolean> {
  const folder = claudeFolder(machine.env, machine.userHome);
  const { ANTHROPIC_API_KEY: _, ANTHROPIC_AUTH_TOKEN: __, ...env } = machine.env;
  try {
    const json = readJson(await readTarget(join(folder, "settings.json")));
    return (await findLogin({ env }, stateFile(machine, folder), folder, json)) !== null;
  } catch (error) {
    // Settings that cannot be read give no login either; Claude Code says itself what is wrong with them.
    if (error instanceof CfError) return false;
    throw error;
  }
}
