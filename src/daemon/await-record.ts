// Has the running proxy write down what it has served, so that a command finds it in the file.
import { reachableHost } from "../config/loopback";
import type { Paths } from "../config/paths";
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
    const token = await readClientToken(paths);
    const { run, profile } = found;
    // It writes before it answers.
    const url = `http://${reachableHost(run.host)}:${profile.port}/dashboard/api/requests?limit=1`;
    const response = await fetch(url, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      redirect: "manual",
      signal: AbortSignal.timeout(deadlineMs),
      // HTTP_PROXY in the environment must not see a token.
      proxy: false,
    });
    await response.body?.cancel();
  } catch {
    // It went away, or takes too long: the file has what it has.
  }
}
