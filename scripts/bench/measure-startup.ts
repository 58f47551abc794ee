// How long the binary takes to say its version, and to listen.
import type { BenchContext } from "./bench-context";
import { startCf } from "./start-cf";
import { type Spread, spread } from "./statistics";

export interface StartupResult {
  versionMs: Spread;
  listeningMs: Spread;
}

export async function measureStartup(context: BenchContext): Promise<StartupResult> {
  const { binary, upstreamPort, pace, signal } = context;
  context.say("start-up");
  const versions: number[] = [];
  for (let run = 0; run < pace.versionRuns; run++) versions.push(timeVersion(binary));
  const starts: number[] = [];
  for (let run = 0; run < pace.startRuns; run++) {
    signal.throwIfAborted();
    // Not pinned: a person's machine does not do that either.
    await using cf = await startCf({ binary, upstreamPort, pin: [] });
    starts.push(cf.listeningAfterMs);
  }
  return { versionMs: spread(versions), listeningMs: spread(starts) };
}

function timeVersion(binary: string): number {
  const startedAt = performance.now();
  const { exitCode, stdout } = Bun.spawnSync([binary, "--version"], { env: {}, stderr: "ignore" });
  const ms = performance.now() - startedAt;
  if (exitCode !== 0 || stdout.length === 0)
    throw new Error(`cf --version failed with exit code ${exitCode}`);
  return ms;
}
