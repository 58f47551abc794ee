// Measures several targets in turns, because what else the machine does changes from second to second.
import type { BenchContext, Target, TargetName } from "./bench-context";
import type { Load, LoadResult } from "./load";
import { readCpuSeconds } from "./process-figures";

export interface Sample extends LoadResult {
  requestsPerSecond: number;
  /** Processor time of the target; null where it cannot be told. */
  cpuMsPerRequest: number | null;
  /** Share of one processor that the target had. */
  busy: number | null;
}

/** One sample a round of each target; samples of the same round were taken one right after the other. */
export type Rounds = Map<TargetName, Sample[]>;

export async function measureRounds(
  context: BenchContext,
  targets: readonly Target[],
  load: Omit<Load, "port">,
): Promise<Rounds> {
  const rounds: Rounds = new Map(targets.map(({ name }) => [name, []]));
  // The first requests of a kind meet code that is not compiled yet.
  for (const { port } of targets) await context.generator.run({ ...load, port, ms: context.pace.warmUpMs });
  for (let round = 0; round < context.pace.rounds; round++) {
    // There and back, so that a drift of the machine favours nobody.
    const order = round % 2 === 0 ? targets : targets.toReversed();
    for (const target of order) rounds.get(target.name)?.push(await measureOnce(context, target, load));
  }
  return rounds;
}

async function measureOnce(context: BenchContext, target: Target, load: Omit<Load, "port">): Promise<Sample> {
  const before = await readCpuSeconds(target.pid);
  const result = await context.generator.run({ ...load, port: target.port });
  const after = await readCpuSeconds(target.pid);
  const cpuSeconds = before === null || after === null ? null : after - before;
  return {
    ...result,
    requestsPerSecond: result.requests / result.seconds,
    cpuMsPerRequest: cpuSeconds === null ? null : (cpuSeconds * 1000) / result.requests,
    busy: cpuSeconds === null ? null : cpuSeconds / result.seconds,
  };
}
