// What a request to the dashboard brings along from the port that it came in on.
import type { GuardPolicy } from "../guard";

export interface DashboardEnv {
  Bindings: {
    policy: GuardPolicy;
    /** The port closes: streams that would never end have to. */
    closing: AbortSignal;
    /** Where the request came from; "" if that is not known any more. */
    address: () => string;
  };
}
