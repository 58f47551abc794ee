// What the record, the metrics and somebody who looks on cost: the binary beside one that has none of them, both under load at
// the same time.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBinary } from "../build";
import { composeAnswers } from "./answers";
import type { BenchContext } from "./bench-context";
import type { Load } from "./load";
import { type Case, cases, concurrency, fewSessions } from "./plan";
import { readCpuSeconds } from "./process-figures";
import { type RunningCf, startCf } from "./start-cf";
import type { LoadGenerator } from "./start-scripts";
import { type Spread, spread } from "./statistics";

export interface RecordResult {
  title: string;
  /** Requests/s with everything on, to those of the binary without. Threads beside the one that serves slow both. */
  toBare: Spread;
  /** The same by processor time, that of all threads; null where that cannot be told. */
  toBareByCpu: Spread | null;
  wrong: number;
}

interface Measured {
  requestsPerSecond: number;
  /** Of all threads. */
  cpuPerRequest: number | null;
  wrong: number;
}

/** Two that share a processor take twice as long, and what the viewer is told comes up rarely: it is compiled late. */
const settleFactor = 4;
const measureFactor = 5;
/** Prometheus asks every 15 seconds by custom. */
const scrapeMs = 5000;
const measuredCases = new Set<Case["name"]>(["1k", "240k", "sse-many", "sse-one"]);

interface Trials {
  rates: number[];
  costs: number[];
  wrong: number;
}

/**
 * Measured in turns, the two differed by a quarter from run to run: the machine is quicker at one time than at another, and a process
 * that rests gives memory and compiled code back. Two processes of the very same program differ by one part in a hundred for as
 * long as they live, hence the median over pairs of fresh ones.
 */
export async function measureRecord(context: BenchContext): Promise<RecordResult[]> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "cf-bare-"));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const bareBinary = join(folder, "cf");
  await buildBinary(bareBinary, join(import.meta.dir, "bare-main.ts"));
  const second = resources.use(await context.startGenerator());
  const trials = new Map<Case, Trials>(
    cases
      .filter(({ name }) => measuredCases.has(name))
      .map((one) => [one, { rates: [], costs: [], wrong: 0 }]),
  );
  for (let trial = 0; trial < context.pace.rounds; trial++) {
    context.say(`record: trial ${trial + 1} of ${context.pace.rounds}`);
    await measurePair(context, bareBinary, second, trials);
  }
  return [...trials].map(([{ title }, { rates, costs, wrong }]) => ({
    title,
    toBare: spread(rates),
    toBareByCpu: costs.length === 0 ? null : spread(costs),
    wrong,
  }));
}

async function measurePair(
  context: BenchContext,
  bareBinary: string,
  second: LoadGenerator,
  trials: ReadonlyMap<Case, Trials>,
): Promise<void> {
  const { binary, upstreamPort, pin, generator, pace } = context;
  await using resources = new AsyncDisposableStack();
  const full = resources.use(await startCf({ upstreamPort, pin, binary }));
  const bare = resources.use(await startCf({ upstreamPort, pin, binary: bareBinary }));
  const looking = new AbortController();
  resources.defer(() => looking.abort());
  const looksOn = lookOn(full.port, looking.signal);
  const runBoth = (one: Case, ms: number) => {
    const load = { ...loadOf(one), ms };
    return Promise.all([measureLoad(full, generator, load), measureLoad(bare, second, load)]);
  };
  const measureAll = async () => {
    await runBoth(cases[0] as Case, settleFactor * pace.settleMs);
    for (const [one, taken] of trials) {
      await runBoth(one, measureFactor * pace.warmUpMs);
      const [on, off] = await runBoth(one, measureFactor * pace.ms);
      taken.wrong += on.wrong + off.wrong;
      taken.rates.push(on.requestsPerSecond / off.requestsPerSecond);
      if (on.cpuPerRequest !== null && off.cpuPerRequest !== null)
        taken.costs.push(off.cpuPerRequest / on.cpuPerRequest);
    }
  };
  await Promise.race([measureAll(), looksOn]);
}

async function measureLoad(
  { port, pid }: RunningCf,
  generator: LoadGenerator,
  load: Omit<Load, "port">,
): Promise<Measured> {
  const before = await readCpuSeconds(pid);
  const { requests, seconds, wrong } = await generator.run({ ...load, port });
  const after = await readCpuSeconds(pid);
  return {
    requestsPerSecond: requests / seconds,
    cpuPerRequest: before === null || after === null ? null : (after - before) / requests,
    wrong,
  };
}

function loadOf({ answer, bodyBytes }: Case): Omit<Load, "port" | "ms"> {
  const answerBytes = composeAnswers().get(answer)?.bodyBytes ?? 0;
  return { answer, answerBytes, bodyBytes, sessions: fewSessions, concurrency, requests: null };
}

/** Reads the events of the dashboard, and the metrics now and then, until it is no longer wanted. Rejects when it is cut off. */
async function lookOn(port: number, signal: AbortSignal): Promise<never> {
  const url = `http://127.0.0.1:${port}`;
  const cutOff = Promise.withResolvers<never>();
  const failUnlessOver = (error: unknown) => {
    if (!signal.aborted) cutOff.reject(error);
  };
  const scrape = setInterval(() => {
    fetch(`${url}/metrics`, { signal })
      .then((answer) => answer.text())
      .catch(failUnlessOver);
  }, scrapeMs);
  signal.addEventListener("abort", () => clearInterval(scrape));
  const events = await fetch(`${url}/dashboard/api/events`, { signal });
  if (events.status !== 200) throw new Error(`the events answer ${events.status}`);
  readAll(events).then(() => failUnlessOver(new Error("the events ended")), failUnlessOver);
  return cutOff.promise;
}

async function readAll(answer: Response): Promise<void> {
  for await (const _ of answer.body ?? []);
}
