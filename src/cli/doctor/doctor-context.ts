// What all checks of `cf doctor` look at: read once, before the first check.
import type { LoadedConfig } from "../../config/file";
import type { Paths } from "../../config/paths";
import type { ProxyLookup } from "../../daemon/client";
import type { CfError } from "../../errors";
import type { Machine } from "../../setup/types";

export interface DoctorContext {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the command was called. */
  readonly cwd: string;
  readonly machine: Machine;
  readonly config: LoadedConfig | { readonly fault: CfError };
  readonly proxy: ProxyLookup;
}

/** null: it cannot be used. */
export function usableConfig({ config }: DoctorContext): LoadedConfig | null {
  return "fault" in config ? null : config;
}
