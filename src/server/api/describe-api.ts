// What the dashboard's API offers, for whoever writes against it: `GET /dashboard/api`.

export interface RouteDescription {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/dashboard/api`. */
  path: string;
  does: string;
}

const filter = "profile, key, model, provider, client, service, session, search";
const period = "since, until (ISO 8601 or milliseconds; the last 24 hours)";

export const apiRoutes: readonly RouteDescription[] = [
  { method: "GET", path: "/", does: "this list" },
  { method: "POST", path: "/login", does: "{token}: signs a browser in with the client token (a cookie)" },
  { method: "POST", path: "/logout", does: "ends the browser's session" },
  {
    method: "GET",
    path: "/snapshot",
    does: "everything as it is now: status, keys, profiles, requests, sums",
  },
  {
    method: "GET",
    path: "/events",
    does: "what changes, as server-sent events: a snapshot, then changes; resumes with Last-Event-ID or ?lastEventId",
  },
  {
    method: "GET",
    path: "/requests",
    does: `finished requests, the newest first; ${filter}, endpoint, since, until, before, limit`,
  },
  { method: "GET", path: "/requests/:id", does: "one request with its attempts" },
  {
    method: "GET",
    path: "/requests/:id/bodies",
    does: "its headers and bodies without secrets, if they are kept",
  },
  {
    method: "GET",
    path: "/figures",
    does: `sums, latencies and a series; bucket=minute|hour|day, ${period}, ${filter}`,
  },
  {
    method: "GET",
    path: "/breakdown",
    does: `sums and latencies; by=key|model|profile|provider|client|day, ${period}, ${filter}`,
  },
  { method: "GET", path: "/timeline", does: "what each key was doing, above a histogram; range=1h|24h" },
  { method: "GET", path: "/usage.csv", does: `requests as CSV; ${period}, ${filter}, endpoint` },
  { method: "GET", path: "/logs", does: "the last log lines; level, request, key, search, limit" },
  {
    method: "GET",
    path: "/logs/stream",
    does: "the same, going on with each new line, as server-sent events",
  },
  { method: "GET", path: "/capture", does: "whether bodies are kept for debugging" },
  { method: "PUT", path: "/capture", does: "{on}: keeps the bodies of the last requests, in memory only" },
  { method: "GET", path: "/config", does: "the config without its secrets; its hash is the ETag" },
  { method: "PATCH", path: "/config", does: "a JSON merge patch (RFC 7396); needs If-Match" },
  { method: "POST", path: "/config/undo", does: "{undo}: takes a change back" },
  { method: "PUT", path: "/profiles/:name/order", does: "{keyOrder}: the order of keys, null for every key" },
  { method: "POST", path: "/keys", does: "{token, ...}: adds a key" },
  { method: "PATCH", path: "/keys/:id", does: "changes label, group, base URL, api, enabled or token" },
  { method: "DELETE", path: "/keys/:id", does: "removes a key" },
  { method: "POST", path: "/keys/:id/pause", does: "takes a key out until it is resumed" },
  { method: "POST", path: "/keys/:id/resume", does: "brings a key back and ends its cooldowns" },
  { method: "POST", path: "/keys/:id/try-now", does: "ends a key's cooldowns" },
  { method: "POST", path: "/keys/:id/test", does: "asks the upstream whether it takes the key" },
  { method: "POST", path: "/tokens/recognize", does: "{token}: what it looks like; nothing is stored" },
  {
    method: "GET",
    path: "/setup",
    does: "the tools of this machine and the edits that would point them here; profile",
  },
  {
    method: "POST",
    path: "/setup/:tool/apply",
    does: "{profile, edits}: makes the edits, as shown or not at all",
  },
  { method: "POST", path: "/setup/:tool/undo", does: "takes the edits back" },
];
