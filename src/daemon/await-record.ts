// Has the running proxy write down what it has served, so that a command finds it in the file.
import type { Paths } from "../config/paths";
import { callProxy } from "./call-proxy";
import { findProxy, readClientToken } from "./client";

/** What the file tells by then is better than no answer. */
const deadlineMs = 1000;

/**
 * Resolves when every request that is over is in the record, or soon where that cannot be had: no proxy runs, it is busy, or it
 * cannot write. Never rejects.
 */
export async function awaitRecord(paths: Paths): Promise<void> {
  try {
    const found = await findProxy(paths, deadlineMs);
    if (found.state !== "running") return;
    // It writes before it answers.
    const response = await callProxy(found.run, found.profile, "/dashboard/api/requests?limit=1", {
      clientToken: await readClientToken(paths),
      signal: AbortSignal.timeout(deadlineMs),
    });
    await response.body?.cancel();
  } catch {
    // It went away, or takes too long: the file has what it has.
  }
}
