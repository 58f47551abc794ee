// Starts everything, measures what was asked for, and ends everything, whatever happens.
import { cpus, release } from "node:os";
import { findBinary } from "../../test/support/cf-binary";
import { composeAnswers } from "./answers";
import type { BenchContext, Target } from "./bench-context";
import type { BenchResult, Figures } from "./bench-result";
import { judgeAims } from "./judge-aims";
import { measureLatency } from "./measure-latency";
import { measureMemory } from "./measure-memory";
import { measureRecord } from "./measure-record";
import { measureStartup } from "./measure-startup";
import { measureThroughput } from "./measure-throughput";
import { measureTranslation } from "./measure-translation";
import type { BenchOptions } from "./options";
import { planPins } from "./pin-processes";
import { cases, concurrency, fewSessions, fullPace, type Part, quickPace } from "./plan";
import { hasProcessFigures } from "./process-figures";
import { startCf } from "./start-cf";
import { findNginx, startNginx } from "./start-nginx";
import { startLoadGenerator, startUpstream } from "./start-scripts";

/** `resources` holds what has been started; the caller disposes of it. */
export async function runBench(
  options: BenchOptions,
  resources: AsyncDisposableStack,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<BenchResult> {
  const startedAt = performance.now();
  const pace = options.quick ? quickPace : fullPace;
  const pins = await planPins();
  const binary = await findBinary();
  const upstream = resources.use(await startUpstream(pins.upstream));
  const startGenerator = () => startLoadGenerator(pins.load, signal);
  const generator = resources.use(await startGenerator());
  const cf = resources.use(await startCf({ binary, upstreamPort: upstream.port, pin: pins.proxy }));
  const nginx = findNginx();
  const targets: Target[] = [{ name: "direct", port: upstream.port, pid: null }];
  if (nginx !== null) {
    const { port, spoolingPort, workerPid } = resources.use(
      await startNginx(nginx, upstream.port, pins.proxy),
    );
    targets.push(
      { name: "nginx", port, pid: workerPid },
      { name: "nginxSpooling", port: spoolingPort, pid: workerPid },
    );
  }
  targets.push({ name: "cf", port: cf.port, pid: cf.pid });
  const context = {
    binary,
    upstreamPort: upstream.port,
    pin: pins.proxy,
    targets,
    generator,
    startGenerator,
    pace,
    startedAt,
    signal,
    say,
  };
  const figures = await measure(context, options.only);
  return {
    machine: describeMachine(nginx),
    pinning: pins.description,
    rounds: pace.rounds,
    showsCpu: options.only.has("cpu"),
    missing: describeMissing(nginx),
    ...figures,
    aims: judgeAims(figures),
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function measure(context: BenchContext, only: ReadonlySet<Part>): Promise<Figures> {
  const figures: Figures = {
    throughput: [],
    latency: [],
    translation: null,
    record: [],
    memory: null,
    startup: null,
  };
  if (only.has("startup")) figures.startup = await measureStartup(context);
  // Processor time is read while throughput is measured; asked for alone, it is that of small requests.
  const wanted = cases.filter(({ part }) => only.has(part));
  if (wanted.length > 0 || only.has("cpu") || only.has("latency")) await settle(context);
  for (const one of wanted.length === 0 && only.has("cpu") ? cases.slice(0, 1) : wanted) {
    figures.throughput.push(await measureThroughput(context, one));
  }
  if (only.has("translate")) figures.translation = await measureTranslation(context);
  if (only.has("record")) figures.record = await measureRecord(context);
  if (only.has("latency")) figures.latency = await measureLatency(context);
  if (only.has("memory")) figures.memory = await measureMemory(context);
  return figures;
}

/** Lets the code of the proxy become as fast as it gets: the first seconds are the compiler's. */
async function settle({ targets, generator, pace, say }: BenchContext): Promise<void> {
  say("warming up");
  const cf = targets.find(({ name }) => name === "cf");
  if (cf === undefined) return;
  await generator.run({
    port: cf.port,
    answer: "json",
    answerBytes: composeAnswers().get("json")?.bodyBytes ?? 0,
    bodyBytes: 1024,
    sessions: fewSessions,
    concurrency,
    requests: null,
    ms: pace.settleMs,
  });
}

function describeMissing(nginx: string | null): string[] {
  const missing: string[] = [];
  if (nginx === null) missing.push("ratios to nginx, which is not installed here.");
  if (!hasProcessFigures) missing.push("processor time and memory, for want of /proc.");
  return missing;
}

function describeMachine(nginx: string | null): BenchResult["machine"] {
  const processors = cpus();
  const told = nginx === null ? null : Bun.spawnSync([nginx, "-v"]).stderr.toString();
  return {
    processors: processors.length,
    processor: processors[0]?.model.trim() ?? "unknown processor",
    system: `${process.platform} ${release()}`,
    bun: Bun.version,
    nginx: told === null ? null : (/nginx\/[\d.]+/.exec(told)?.[0] ?? "nginx"),
  };
}
