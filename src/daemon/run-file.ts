// The run file: what a running proxy leaves behind for the commands that look for it.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { processStartTime } from "../config/process-start-time";

export interface RunFile {
  readonly pid: number;
  /** As `processStartTime` gave it; null where the system does not tell. */
  readonly processStart: string | null;
  readonly version: string;
  /** The bind address, as in the config. */
  readonly host: string;
  /** Drawn anew at each start; the proxy repeats it in the header `x-cf-instance` of `/health`. */
  readonly instance: string;
  /** The profiles whose port is really open, in the order of the config. */
  readonly profiles: readonly RunProfile[];
}

export interface RunProfile {
  readonly name: string;
  readonly port: number;
}

/** The header of `/health` that carries `RunFile.instance`. */
export const instanceHeader = "x-cf-instance";

/** Describes this very process, with a fresh instance nonce. */
export async function describeThisProcess(
  facts: Pick<RunFile, "version" | "host" | "profiles">,
): Promise<RunFile> {
  return {
    pid: process.pid,
    processStart: await processStartTime(process.pid),
    version: facts.version,
    host: facts.host,
    instance: crypto.randomUUID(),
    profiles: facts.profiles,
  };
}

/**
 * Writes the run file, 0600, in one step: a reader sees the old one or the new one, never a half. Synchronous on
 * purpose: it stands before the first request on the port that it names is answered.
 */
export function writeRunFile(path: string, run: RunFile): void {
  const fresh = `${path}.${process.pid}.${run.instance.slice(0, 8)}.new`;
  try {
    writeFileSync(fresh, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** The run file's content, or null if there is none or it is not readable as one. It may describe a dead process. */
export async function readRunFile(path: string): Promise<RunFile | null> {
  try {
    return parseRunFile(JSON.parse(await readFile(path, "utf8")));
  } catch {
    // No file, or a damaged one: nothing that could be trusted to name our process.
    return null;
  }
}

/** Removes the run file at the end of the process that wrote it; one that another instance has written stays. */
export async function removeRunFile(path: string, instance: string): Promise<void> {
  const current = await readRunFile(path);
  if (current?.instance === instance) await rm(path, { force: true });
}

/** True only if the very process that wrote the run file still runs. A reused pid is never taken for it. */
export async function isAlive(run: RunFile): Promise<boolean> {
  if (run.processStart === null) return false;
  return (await processStartTime(run.pid)) === run.processStart;
}

function parseRunFile(content: unknown): RunFile | null {
  if (!isRecord(content)) return null;
  const { pid, processStart, version, host, instance, profiles } = content;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return null;
  if (typeof host !== "string" || typeof instance !== "string" || instance === "") return null;
  return {
    pid,
    processStart: typeof processStart === "string" ? processStart : null,
    version: typeof version === "string" ? version : "unknown",
    host,
    instance,
    profiles: Array.isArray(profiles) ? profiles.filter(isRunProfile) : [],
  };
}

function isRunProfile(value: unknown): value is RunProfile {
  return isRecord(value) && typeof value.name === "string" && typeof value.port === "number";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
