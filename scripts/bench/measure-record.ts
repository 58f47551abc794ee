// What the record, the metrics and somebody who looks on cost: the binary beside one that has none of them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBinary } from "../build";
import { composeAnswers } from "./answers";
import type { BenchContext } from "./bench-context";
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

/** A few parts in a hundred are looked for: that takes more rounds than anything else. */
const roundsFactor = 3;
const measuredCases = new Set<Case["name"]>(["1k", "240k", "sse-many", "sse-one"]);

export async function measureRecord(context: BenchContext): Promise<RecordResult[]> {
  const { binary, upstreamPort, pin } = context;
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "cf-bare-"));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const bareBinary = join(folder, "cf");
  await buildBinary(bareBinary, join(import.meta.dir, "bare-main.ts"));
  const full = resources.use(await startCf({ upstreamPort, pin, binary }));
  const bare = resources.use(await startCf({ upstreamPort, pin, binary: bareBinary }));
  const looking = new AbortController();
  resources.defer(() => looking.abort());
  const looksOn = lookOn(full.port, looking.signal);
  const results: RecordResult[] = [];
  for (const one of cases.filter(({ name }) => measuredCases.has(name)))
    results.push(await Promise.race([measureCase(context, one, full, bare), looksOn]));
  return results;
}

async function measureCase(
  { generator, pace, say }: BenchContext,
  { title, answer, bodyBytes }: Case,
  full: RunningCf,
  bare: RunningCf,
): Promise<RecordResult> {
  say(`record: ${title}`);
  const answerBytes = composeAnswers().get(answer)?.bodyBytes ?? 0;
  const load = { answer, answerBytes, bodyBytes, sessions: fewSessions, concurrency, requests: null };
  let wrong = 0;
  const measure = async ({ port, pid }: RunningCf): Promise<Measured> => {
    const before = await readCpuSeconds(pid);
    const result = await generator.run({ ...load, port, ms: pace.ms });
    const after = await readCpuSeconds(pid);
    wrong += result.wrong;
    return {
      requestsPerSecond: result.requests / result.seconds,
      cpuPerRequest: before === null || after === null ? null : (after - before) / result.requests,
    };
  };
  for (const { port } of [full, bare]) await generator.run({ ...load, port, ms: pace.settleMs });
  const rates: number[] = [];
  const costs: number[] = [];
  for (let round = 0; round < pace.rounds * roundsFactor; round++) {
    const order = round % 2 === 0 ? [full, bare] : [bare, full];
    const taken = new Map<RunningCf, Measured>();
    for (const cf of order) taken.set(cf, await measure(cf));
    const [on, off] = [taken.get(full), taken.get(bare)];
    if (on === undefined || off === undefined) continue;
    rates.push(on.requestsPerSecond / off.requestsPerSecond);
    if (on.cpuPerRequest !== null && off.cpuPerRequest !== null)
      costs.push(off.cpuPerRequest / on.cpuPerRequest);
  }
  return { title, toBare: spread(rates), toBareByCpu: costs.length === 0 ? null : spread(costs), wrong };
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
