// The one list of what works but wants a person's eye: feeds `/health`, `cf status`, `cf doctor` and the dashboard.
import type { Warning } from "../config/types";
import type { KeyId } from "../engine/types";
import { redact } from "../redact";
import type { StoreReport } from "../state/ledger/store/store-client";
import { describeRecord } from "./describe-record";

/** What the list is made of. */
export interface WarningSources {
  /** Found in the config and around the process, ready to be shown. */
  readonly found: readonly Warning[];
  /** Every profile; `error` says why its port is not open. */
  readonly profiles: readonly { name: string; error: string | null }[];
  /** Keys that showed to belong to one organization although no group says so. */
  readonly sharedOrganizations: readonly { readonly keys: readonly KeyId[] }[];
  /** What keeps the record of requests from being complete; null when there is none. */
  readonly record: StoreReport | null;
}

const rank = { error: 0, warn: 1, info: 2 } as const;

/** Worst first, each once, without a token. */
export function collectWarnings({ found, profiles, sharedOrganizations, record }: WarningSources): Warning[] {
  const warnings = [
    ...profiles.flatMap(({ name, error }) => (error === null ? [] : closedPort(name, error))),
    ...found,
    ...(record === null ? [] : describeRecord(record)),
    ...sharedOrganizations.map(({ keys }) => sharedOrganization(keys)),
  ];
  const unique = new Map(warnings.map((warning) => [`${warning.code} ${warning.title}`, warning]));
  return [...unique.values()]
    .map((warning) => ({ ...warning, title: redact(warning.title), remedy: redact(warning.remedy) }))
    .sort((one, other) => rank[one.severity] - rank[other.severity]);
}

/** A key whose token is not there: the variable or keychain entry that it names, as `written`, gives none. */
export function missingToken(id: KeyId, reason: string, written = ""): Warning {
  // A process keeps the variables that it was started with; a keychain can be asked again.
  const again = written.startsWith("keychain:") ? `run cf resume-key ${id}` : "restart the proxy";
  return {
    code: "token_missing",
    title: `The key "${id}" is out: ${reason}.`,
    severity: "error",
    remedy: `Provide it and ${again}, or remove the key: cf remove-key ${id}`,
  };
}

function closedPort(profile: string, error: string): Warning {
  return {
    code: "port_closed",
    title: error,
    severity: "error",
    remedy: `Free the port, or set another one in the config: profiles.${profile}.port`,
  };
}

function sharedOrganization(keys: readonly KeyId[]): Warning {
  return {
    code: "shared_organization",
    title: `The keys ${keys.join(", ")} belong to one organization and share its limits: rotating between them cannot help.`,
    severity: "warn",
    remedy: `Give them the same group in the config: keys.<id>.group`,
  };
}
