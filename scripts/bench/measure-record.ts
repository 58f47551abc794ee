// What the record, the metrics and somebody who looks on cost: the binary beside one that has none of them.
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
import { type Spread, spread } from "./statistics";

export interface RecordResult {
  title: string;
  /** Requests/s with everything on, to those of the binary without. */
  toBare: Spread;
  /** The same by processor time; null where that cannot be told. */
  toBareByCpu: Spread | null;
  wrong: number;
}

interface Measured {
  requestsPerSecond: number;
  cpuPerRequest: number | null;
}

/** In a row, with one pair of processes. */
const roundsOfPair = 3;
/** Code that rests for long may be compiled anew: neither process waits until the other has settled. */
const settleTurnMs = 1000;
const measuredCases = new Set<Case["name"]>(["1k", "240k", "sse-many", "sse-one"]);

interface Trials {
  rates: number[];
  costs: number[];
  wrong: number;
}

/**
 * Two processes of the very same program differ by several parts in a hundred for as long as they live: each figure is the median
 * over pairs of fresh ones.
 */
export async function measureRecord(context: BenchContext): Promise<RecordResult[]> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "cf-bare-"));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const bareBinary = join(folder, "cf");
  await buildBinary(bareBinary, join(import.meta.dir, "bare-main.ts"));
  const trials = new Map<Case, Trials>(
    cases
      .filter(({ name }) => measuredCases.has(name))
      .map((one) => [one, { rates: [], costs: [], wrong: 0 }]),
  );
  for (let trial = 0; trial < context.pace.rounds; trial++) {
    context.say(`record: trial ${trial + 1} of ${context.pace.rounds}`);
    await measurePair(context, bareBinary, trials);
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
  trials: ReadonlyMap<Case, Trials>,
): Promise<void> {
  const { binary, upstreamPort, pin, generator, pace } = context;
  await using resources = new AsyncDisposableStack();
  const full = resources.use(await startCf({ upstreamPort, pin, binary }));
  const bare = resources.use(await startCf({ upstreamPort, pin, binary: bareBinary }));
  const looking = new AbortController();
  resources.defer(() => looking.abort());
  const looksOn = lookOn(full.port, looking.signal);
  const measureAll = async () => {
    for (let settled = 0; settled < pace.settleMs; settled += settleTurnMs)
      for (const { port } of [full, bare])
        await generator.run({ ...loadOf(cases[0] as Case), port, ms: settleTurnMs });
    for (const [one, taken] of trials) await measureCase(context, one, full, bare, taken);
  };
  await Promise.race([measureAll(), looksOn]);
}

async function measureCase(
  { generator, pace }: BenchContext,
  one: Case,
  full: RunningCf,
  bare: RunningCf,
  taken: Trials,
): Promise<void> {
  const load = loadOf(one);
  const measure = async ({ port, pid }: RunningCf): Promise<Measured> => {
    const before = await readCpuSeconds(pid);
    const result = await generator.run({ ...load, port, ms: pace.ms });
    const after = await readCpuSeconds(pid);
    taken.wrong += result.wrong;
    return {
      requestsPerSecond: result.requests / result.seconds,
      cpuPerRequest: before === null || after === null ? null : (after - before) / result.requests,
    };
  };
  for (const { port } of [full, bare]) await generator.run({ ...load, port, ms: pace.warmUpMs });
  const rates: number[] = [];
  const costs: number[] = [];
  for (let round = 0; round < roundsOfPair; round++) {
    const isFullFirst = round % 2 === 0;
    const first = await measure(isFullFirst ? full : bare);
    const second = await measure(isFullFirst ? bare : full);
    const [on, off] = isFullFirst ? [first, second] : [second, first];
    rates.push(on.requestsPerSecond / off.requestsPerSecond);
    if (on.cpuPerRequest !== null && off.cpuPerRequest !== null)
      costs.push(off.cpuPerRequest / on.cpuPerRequest);
  }
  taken.rates.push(spread(rates).median);
  if (costs.length > 0) taken.costs.push(spread(costs).median);
}

function loadOf({ answer, bodyBytes }: Case): Omit<Load, "port" | "ms"> {
  const answerBytes = composeAnswers().get(answer)?.bodyBytes ?? 0;
  return { answer, answerBytes, bodyBytes, sessions: fewSessions, concurrency, requests: null };
}

/** Reads the events of the dashboard, and the metrics every second, until it is no longer wanted. Rejects when it is cut off. */
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
  }, 1000);
  signal.addEventListener("abort", () => clearInterval(scrape));
  const events = await fetch(`${url}/dashboard/api/events`, { signal });
  if (events.status !== 200) throw new Error(`the events answer ${events.status}`);
  readAll(events).then(() => failUnlessOver(new Error("the events ended")), failUnlessOver);
  return cutOff.promise;
}

async function readAll(answer: Response): Promise<void> {
  for await (const _ of answer.body ?? []);
}
