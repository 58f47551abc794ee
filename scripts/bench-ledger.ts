// What recording costs: the binary with ledger, metrics and a live subscriber beside one without, in one run.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinary } from "../test/support/cf-binary";
import { composeAnswers } from "./bench/answers";
import type { Load, LoadResult } from "./bench/load";
import { planPins } from "./bench/pin-processes";
import { cases, concurrency, fewSessions } from "./bench/plan";
import { readCpuSeconds } from "./bench/process-figures";
import { runInterruptibly } from "./bench/run-interruptibly";
import { startCf } from "./bench/start-cf";
import { startLoadGenerator, startUpstream } from "./bench/start-scripts";
import { quantile } from "./bench/statistics";
import { buildBinary } from "./build";

const rounds = 9;
const roundMs = 1500;
const settleMs = 6000;
const aim = 0.95;

interface Measured {
  requestsPerSecond: number;
  cpuMsPerRequest: number | null;
}

/** Reads the events of the dashboard and the metrics, as somebody who looks on does. */
async function lookOn(port: number, signal: AbortSignal): Promise<void> {
  const url = `http://127.0.0.1:${port}`;
  const scrape = setInterval(() => {
    fetch(`${url}/metrics`, { signal }).then(
      (answer) => answer.text(),
      () => "",
    );
  }, 1000);
  try {
    const events = await fetch(`${url}/dashboard/api/events`, { signal });
    if (events.status !== 200) throw new Error(`the events answer ${events.status}`);
    for await (const _ of events.body ?? []) if (signal.aborted) break;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(scrape);
  }
}

await runInterruptibly(async (resources, signal) => {
  const folder = await mkdtemp(join(tmpdir(), "cf-bare-"));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const bareBinary = join(folder, "cf");
  await buildBinary(bareBinary, join(import.meta.dir, "bench", "bare-main.ts"));
  const pins = await planPins();
  const upstream = resources.use(await startUpstream(pins.upstream));
  const generator = resources.use(await startLoadGenerator(pins.load, signal));
  const common = { upstreamPort: upstream.port, pin: pins.proxy };
  const full = resources.use(await startCf({ ...common, binary: await findBinary() }));
  const bare = resources.use(await startCf({ ...common, binary: bareBinary }));
  const looking = new AbortController();
  resources.defer(() => looking.abort());
  const looksOn = lookOn(full.port, looking.signal);
  looksOn.catch((error: unknown) => console.error("the subscriber was cut off:", error));

  const measure = async (cf: typeof full, load: Omit<Load, "port">): Promise<Measured> => {
    const before = await readCpuSeconds(cf.pid);
    const result: LoadResult = await generator.run({ ...load, port: cf.port });
    const after = await readCpuSeconds(cf.pid);
    return {
      requestsPerSecond: result.requests / result.seconds,
      cpuMsPerRequest: before === null || after === null ? null : ((after - before) * 1000) / result.requests,
    };
  };
  for (const { title, answer, bodyBytes } of cases.filter(({ part }) => part !== "1m")) {
    const answerBytes = composeAnswers().get(answer)?.bodyBytes ?? 0;
    const load = {
      answer,
      answerBytes,
      bodyBytes,
      sessions: fewSessions,
      concurrency,
      requests: null,
      ms: roundMs,
    };
    for (const { port } of [full, bare]) await generator.run({ ...load, port, ms: settleMs });
    const ratios: number[] = [];
    const cpuRatios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? [full, bare] : [bare, full];
      const taken = new Map<typeof full, Measured>();
      for (const cf of order) taken.set(cf, await measure(cf, load));
      const [on, off] = [taken.get(full), taken.get(bare)];
      if (on === undefined || off === undefined) continue;
      ratios.push(on.requestsPerSecond / off.requestsPerSecond);
      if (on.cpuMsPerRequest !== null && off.cpuMsPerRequest !== null)
        cpuRatios.push(off.cpuMsPerRequest / on.cpuMsPerRequest);
    }
    const shown = (values: number[]) => (values.length === 0 ? "–" : quantile(values, 0.5).toFixed(3));
    console.log(
      `${title}: ${shown(ratios)} of the requests/s without the record (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}), by processor time ${shown(cpuRatios)} (aim: ${aim})`,
    );
  }
});
