// Turns a refusal of a service manager into an error with its own words.
import { CfError } from "../../errors";
import type { CommandResult } from "../run-command";

/** Throws a CfError with what the manager said if it refused. */
export function expectSuccess(action: string, { code, stdout, stderr }: CommandResult): void {
  if (code === 0) return;
  const words = (stderr.trim() || stdout.trim()).split("\n").at(-1)?.trim();
  throw new CfError("autostart_failed", `Cannot ${action}: ${words || `it failed with code ${code}`}`);
}
