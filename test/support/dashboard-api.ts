// Calls of the dashboard's API, as its page makes them.
import type { ProxySetup } from "./proxy-setup";
import type { Answer } from "./raw-client";

export interface ApiCall {
  method?: string;
  body?: unknown;
  ifMatch?: string;
  headers?: Record<string, string>;
}

export function callApi(
  proxy: Pick<ProxySetup, "send">,
  path: string,
  { method, body, ifMatch, headers = {} }: ApiCall = {},
): Promise<Answer> {
  const write = method !== undefined && method !== "GET";
  return proxy.send(`/dashboard/api${path}`, {
    method: method ?? "GET",
    headers: {
      ...(write ? { "content-type": "application/json" } : {}),
      ...(ifMatch === undefined ? {} : { "if-match": `"${ifMatch}"` }),
      ...headers,
    },
    ...(write ? { body: typeof body === "string" ? body : JSON.stringify(body ?? {}) } : {}),
  });
}

export interface ApiFailure {
  error: { code: string; message: string; hint: string | null; path?: string };
}

export function failureOf(answer: Answer): ApiFailure["error"] {
  return answer.json<{ error: ApiFailure["error"] }>().error;
}
