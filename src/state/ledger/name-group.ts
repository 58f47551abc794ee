// The name under which a row or a sum stands in a breakdown.
import { dayName } from "./buckets";
import type { Dimension } from "./types";

interface Named {
  key: string | null;
  modelServed: string | null;
  profile: string;
  provider: string | null;
  client: string;
}

/** What no key, model or provider served. */
const nobody = "none";

export function nameOf(named: Named, by: Dimension, at: number): string {
  switch (by) {
    case "key":
      return named.key || nobody;
    case "model":
      return named.modelServed || nobody;
    case "profile":
      return named.profile;
    case "provider":
      return named.provider || nobody;
    case "client":
      return named.client;
    case "day":
      return dayName(at);
  }
}
