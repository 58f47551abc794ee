// Finds the running proxy and asks it how it is.
import type { Paths } from "../config/paths";
import { instanceHeader } from "../state/instance-header";
import { callProxy, placeOf } from "./call-proxy";
import { type Health, isReduced, parseHealth } from "./health";
import { isAlive, isOwned, type RunFile, type RunProfile, readRunFile } from "./run-file";

export type ProxyLookup =
  | {
      state: "running";
      run: RunFile;
      /** Where it answers. */
      profile: RunProfile;
      health: Health;
      /** The answer as it came. */
      body: unknown;
    }
  | { state: "not running"; reason: string }
  /** It crashed, and its supervisor is about to start it again. */
  | { state: "restarting"; run: RunFile; reason: string }
  /** It takes no requests yet, or no more. */
  | { state: "starting" | "stopping"; run: RunFile; reason: string }
  /** The process of the run file is there, but no port of it gave a valid answer. */
  | { state: "not answering"; run: RunFile; reason: string };

type Answer =
  | { ok: true; profile: RunProfile; health: Health; body: unknown }
  | { ok: false; reason: string };

/** Milliseconds until a proxy that does not answer is given up. */
const defaultDeadlineMs = 2000;

/**
 * Looks for the proxy that the run file names and reads its health from the first profile port that answers. Sends
 * the client token of the config if the proxy wants one, but only to the instance that the run file names.
 */
export async function findProxy(paths: Paths, deadlineMs = defaultDeadlineMs): Promise<ProxyLookup> {
  const run = await readRunFile(paths.runFile);
  if (run === null) return { state: "not running", reason: "it was not started, or it was stopped" };
  // Where the system tells no start times, the instance nonce alone decides.
  if (run.processStart !== null && !(await isOwned(run))) {
    return { state: "not running", reason: `its process (pid ${run.pid}) ended without a proper stop` };
  }
  // The supervisor lives, and has not noted the end of its child yet, or could not.
  if (run.supervisor !== null && !(await isAlive(run))) {
    return { state: "restarting", run, reason: `its process (pid ${run.pid}) ended` };
  }
  if (run.phase === "waiting") return { state: "restarting", run, reason: describeCrash(run) };
  const deadline = AbortSignal.timeout(deadlineMs);
  const open = await askEveryPort(run, null, deadline);
  if (!open.ok) return missing(run, open.reason, paths);
  const full = isReduced(open.body) ? await askWithToken(paths, run, open.profile, deadline) : open;
  const { health, body } = full.ok ? full : open;
  return { state: "running", run, profile: open.profile, health, body };
}

/** The ports say nothing: the run file may know why, as of now. */
async function missing(asked: RunFile, reason: string, paths: Paths): Promise<ProxyLookup> {
  if (asked.processStart === null) return { state: "not running", reason };
  const run = (await readRunFile(paths.runFile)) ?? asked;
  if (run.phase === "waiting") return { state: "restarting", run, reason: describeCrash(run) };
  if (run.phase === "starting") return { state: "starting", run, reason: "it has not finished starting" };
  if (run.phase === "draining") return { state: "stopping", run, reason: describeDraining(run) };
  return { state: "not answering", run, reason };
}

/** "it was killed by SIGSEGV". */
function describeCrash({ restarts }: RunFile): string {
  return restarts === null || restarts.lastReason === "" ? "it crashed" : `it ${restarts.lastReason}`;
}

/** What a proxy that stops still waits for: "it waits for 2 running requests". */
function describeDraining({ draining }: RunFile): string {
  const open = draining?.requests ?? 0;
  if (open === 0) return "it is closing its connections";
  return `it waits for ${open} running ${open === 1 ? "request" : "requests"}`;
}

/** Only the port that has just shown the instance nonce gets the token. */
async function askWithToken(
  paths: Paths,
  run: RunFile,
  profile: RunProfile,
  deadline: AbortSignal,
): Promise<Answer> {
  const token = await readClientToken(paths);
  if (token === null)
    return { ok: false, reason: "it asks for a client token that the config does not have" };
  return ask(run, profile, token, deadline);
}

/** The first valid answer of any port; else why the first profile's port gave none. */
async function askEveryPort(run: RunFile, token: string | null, deadline: AbortSignal): Promise<Answer> {
  const attempts = run.profiles.map((profile) => ask(run, profile, token, deadline));
  if (attempts.length === 0) return { ok: false, reason: "it has no open port" };
  try {
    return await Promise.any(
      attempts.map(async (attempt) => {
        const answer = await attempt;
        if (!answer.ok) throw new Error(answer.reason);
        return answer;
      }),
    );
  } catch {
    // Every port failed; the reason of the first one stands for all.
    return (await attempts[0]) ?? { ok: false, reason: "it has no open port" };
  }
}

async function ask(
  run: RunFile,
  profile: RunProfile,
  clientToken: string | null,
  signal: AbortSignal,
): Promise<Answer> {
  const place = placeOf(run, profile);
  try {
    const response = await callProxy(run, profile, "/health", { clientToken, signal });
    if (response.headers.get(instanceHeader) !== run.instance) {
      await response.body?.cancel();
      return { ok: false, reason: `another program answers on ${place}` };
    }
    const body: unknown = await response.json();
    const health = parseHealth(body);
    return health === null
      ? { ok: false, reason: `the answer of ${place} is not a health report` }
      : { ok: true, profile, health, body };
  } catch (error) {
    if (signal.aborted) return { ok: false, reason: `no answer on ${place} in time` };
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return { ok: false, reason: `${place} cannot be reached${code === "" ? "" : ` (${code})`}` };
  }
}

/** What the proxy asks of its clients, or null. */
export async function readClientToken(paths: Paths): Promise<string | null> {
  const { readConfig } = await import("../config/file");
  try {
    return (await readConfig(paths)).config.clientToken;
  } catch {
    // A config that became invalid since the start: the reduced health is what can be shown.
    return null;
  }
}
