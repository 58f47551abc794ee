// The run file: what a running proxy leaves behind for the commands that look for it.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { processStartTime } from "../config/process-start-time";
import { asNumber, isRecord } from "./json-fields";

export interface RunFile {
  /** The process that serves; before the first service and after a crash, the one that sees to it. */
  readonly pid: number;
  /** As `processStartTime` gave it; null where the system does not tell. */
  readonly processStart: string | null;
  readonly version: string;
  /** The bind address, as in the config. */
  readonly host: string;
  /** Drawn anew at each start; the proxy repeats it in the `instanceHeader` of `/health`. */
  readonly instance: string;
  /** The profiles whose port is really open, in the order of the config. */
  readonly profiles: readonly RunProfile[];
  /** `waiting`: the serving process crashed, and its supervisor will start it again. */
  readonly phase: "starting" | "serving" | "draining" | "waiting";
  /** How it was started, for `cf restart`. */
  readonly mode: "foreground" | "daemon";
  /** The port that `--port` asked for, for this run only. */
  readonly port: number | null;
  /** Starts the serving process again after a crash; null in the foreground. */
  readonly supervisor: ProcessName | null;
  /** Requests that still run, while draining. */
  readonly draining: { readonly since: number; readonly requests: number } | null;
  /** null: it never crashed. */
  readonly restarts: Restarts | null;
}

/** A pid alone could be anybody's by now. */
export interface ProcessName {
  readonly pid: number;
  readonly processStart: string | null;
}

/** What the supervisor tells of crashes; times in milliseconds since the epoch. */
export interface Restarts {
  readonly count: number;
  readonly lastAt: number;
  /** In words, without a token. */
  readonly lastReason: string;
  /** When it is started again; null while it serves. */
  readonly nextAt: number | null;
}

export interface RunProfile {
  readonly name: string;
  readonly port: number;
}

const phases = ["starting", "serving", "draining", "waiting"] as const;

/** Describes this very process, as one that serves in the foreground, with a fresh instance nonce. */
export async function describeThisProcess(
  facts: Pick<RunFile, "version" | "host" | "profiles"> & Partial<RunFile>,
): Promise<RunFile> {
  return {
    pid: process.pid,
    processStart: await processStartTime(process.pid),
    instance: crypto.randomUUID(),
    phase: "serving",
    mode: "foreground",
    port: null,
    supervisor: null,
    draining: null,
    restarts: null,
    ...facts,
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

/** True only if the very process that was named still runs. A reused pid is never taken for it. */
export async function isAlive(named: ProcessName): Promise<boolean> {
  if (named.processStart === null) return false;
  return (await processStartTime(named.pid)) === named.processStart;
}

/** True if the serving process or its supervisor still runs. */
export async function isOwned(run: RunFile): Promise<boolean> {
  return (await isAlive(run)) || (run.supervisor !== null && (await isAlive(run.supervisor)));
}

function parseRunFile(content: unknown): RunFile | null {
  if (!isRecord(content)) return null;
  const { version, host, instance, profiles, phase, mode, port } = content;
  const named = parseProcessName(content);
  if (named === null) return null;
  if (typeof host !== "string" || typeof instance !== "string" || instance === "") return null;
  return {
    ...named,
    version: typeof version === "string" ? version : "unknown",
    host,
    instance,
    profiles: Array.isArray(profiles) ? profiles.filter(isRunProfile) : [],
    phase: phases.find((known) => known === phase) ?? "serving",
    mode: mode === "daemon" ? "daemon" : "foreground",
    port: asNumber(port),
    supervisor: parseProcessName(content.supervisor),
    draining: parseDraining(content.draining),
    restarts: parseRestarts(content.restarts),
  };
}

function parseProcessName(value: unknown): ProcessName | null {
  if (!isRecord(value)) return null;
  const { pid, processStart } = value;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 0) return null;
  return { pid, processStart: typeof processStart === "string" ? processStart : null };
}

function parseDraining(value: unknown): RunFile["draining"] {
  if (!isRecord(value)) return null;
  const since = asNumber(value.since);
  return since === null ? null : { since, requests: asNumber(value.requests) ?? 0 };
}

/** Also what a supervisor hands to the process that it starts. */
export function parseRestarts(value: unknown): Restarts | null {
  if (!isRecord(value)) return null;
  const count = asNumber(value.count);
  const lastAt = asNumber(value.lastAt);
  if (count === null || lastAt === null) return null;
  const lastReason = typeof value.lastReason === "string" ? value.lastReason : "";
  return { count, lastAt, lastReason, nextAt: asNumber(value.nextAt) };
}

function isRunProfile(value: unknown): value is RunProfile {
  return isRecord(value) && typeof value.name === "string" && typeof value.port === "number";
}
