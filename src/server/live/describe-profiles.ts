// The profiles as the dashboard shows them: address, key order and chains in force.

import type { Config } from "../../config/types";
import { listCandidates } from "../../engine/order";
import type { ProfileView } from "../contract";
import type { ProfileReport } from "../health";

const everywhere = new Set(["0.0.0.0", "::"]);

export function describeProfiles(config: Config, reports: readonly ProfileReport[]): ProfileView[] {
  return config.profiles.map((profile) => {
    const report = reports.find(({ name }) => name === profile.name);
    const port = report?.port ?? profile.port;
    const explicitOrder = profile.keyOrder !== null && profile.keyOrder.length > 0;
    return {
      name: profile.name,
      port,
      url: `http://${authorityOf(config.host)}:${port}`,
      error: report?.error ?? null,
      keyOrder: listCandidates(profile.keyOrder, config.keys).map(({ key }) => key),
      explicitOrder,
      modelFallback: Object.fromEntries(profile.modelFallback),
      ownFallback: profile.modelFallback !== config.modelFallback,
    };
  });
}

function authorityOf(host: string): string {
  if (everywhere.has(host)) return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
