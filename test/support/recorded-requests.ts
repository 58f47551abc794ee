// The recorded requests of the real client, as bytes to send.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dir, "..", "fixtures", "claude-code");

export interface RecordedClientRequest {
  name: string;
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string>;
  /** Parsed; null where the request had none. */
  body: Record<string, unknown> | null;
  /** As the client would send it. */
  bytes: string;
}

/** All recorded requests, by name. */
export function readRecordedRequests(): RecordedClientRequest[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const recorded = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const body = recorded.body === "" ? null : recorded.body;
      return { ...recorded, body, bytes: body === null ? "" : JSON.stringify(body) };
    });
}
