// A request to the running proxy, over loopback.
import { reachableHost } from "../config/loopback";
import type { RunFile, RunProfile } from "./run-file";

export interface ProxyCall {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** What the proxy asks of its clients; null: nothing. */
  clientToken: string | null;
  signal: AbortSignal;
}

/** `host:port` of one of its profiles. */
export function placeOf(run: RunFile, profile: RunProfile): string {
  return `${reachableHost(run.host)}:${profile.port}`;
}

/** Asks a profile of the proxy. Rejects as `fetch` does; a redirect is an answer like any other. */
export function callProxy(
  run: RunFile,
  profile: RunProfile,
  path: string,
  { headers, clientToken, ...init }: ProxyCall,
): Promise<Response> {
  const authorization = clientToken === null ? {} : { authorization: `Bearer ${clientToken}` };
  return fetch(`http://${placeOf(run, profile)}${path}`, {
    ...init,
    headers: { ...headers, ...authorization },
    redirect: "manual",
    // HTTP_PROXY in the environment must not see, or answer, what goes over loopback.
    proxy: false,
  });
}
