// Memory of a fresh proxy before and after very many small requests of very many conversations.
import { composeAnswers } from "./answers";
import type { BenchContext } from "./bench-context";
import { concurrency, manySessions } from "./plan";
import { hasProcessFigures, type Memory, readMemory } from "./process-figures";
import { startCf } from "./start-cf";

export interface MemoryResult {
  /** In the order in which they were read; the first one before any request. */
  readings: (Memory & { requests: number })[];
  wrong: number;
}

/** Read several times on the way, to tell a plateau from a slope. */
const readingCount = 4;

/** null where the system does not tell. */
export async function measureMemory(context: BenchContext): Promise<MemoryResult | null> {
  if (!hasProcessFigures) return null;
  const { binary, upstreamPort, pin, pace, generator } = context;
  await using cf = await startCf({ binary, upstreamPort, pin });
  const result: MemoryResult = { readings: [], wrong: 0 };
  const read = async (requests: number) => {
    const memory = await readMemory(cf.pid);
    if (memory !== null) result.readings.push({ requests, ...memory });
  };
  await read(0);
  let sent = 0;
  for (let reading = 1; reading <= readingCount; reading++) {
    const msLeft = pace.endsAfterMs - (performance.now() - context.startedAt);
    if (msLeft < 1000) break;
    context.say(`memory: ${sent} of ${pace.memoryRequests} requests`);
    const { requests, wrong } = await generator.run({
      port: cf.port,
      answer: "json",
      answerBytes: composeAnswers().get("json")?.bodyBytes ?? 0,
      bodyBytes: 1024,
      sessions: manySessions,
      concurrency,
      requests: pace.memoryRequests / readingCount,
      ms: msLeft,
    });
    sent += requests;
    result.wrong += wrong;
    await read(sent);
  }
  return result;
}
