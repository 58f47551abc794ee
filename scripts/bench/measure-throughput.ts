// Requests per second and processor time per request, side by side with nginx and without any proxy.
import { composeAnswers } from "./answers";
import type { BenchContext, TargetName } from "./bench-context";
import { measureRounds, type Rounds, type Sample } from "./measure-rounds";
import { type Case, concurrency, fewSessions } from "./plan";
import { type Spread, spread } from "./statistics";

export interface ThroughputResult {
  name: Case["name"];
  title: string;
  targets: Partial<Record<TargetName, TargetThroughput>>;
  /** cf to nginx, round by round; null without nginx. */
  toNginx: Spread | null;
  toNginxSpooling: Spread | null;
  /** Processor time of nginx to that of cf: the ratio that holds where nginx was faster than the load. */
  toNginxByCpu: number | null;
}

export interface TargetThroughput {
  requestsPerSecond: Spread;
  cpuMsPerRequest: Spread | null;
  /** Share of one processor, median. */
  busy: number | null;
  wrong: number;
  wrongSample: string | null;
}

export async function measureThroughput(context: BenchContext, wanted: Case): Promise<ThroughputResult> {
  context.say(`throughput: ${wanted.title}`);
  const targets = context.targets.filter(({ name }) => name !== "nginxSpooling" || wanted.spools);
  const rounds = await measureRounds(context, targets, {
    answer: wanted.answer,
    answerBytes: composeAnswers().get(wanted.answer)?.bodyBytes ?? 0,
    bodyBytes: wanted.bodyBytes,
    sessions: fewSessions,
    concurrency,
    requests: null,
    ms: context.pace.ms,
  });
  const summaries = [...rounds].map(([name, samples]) => [name, summarize(samples)] as const);
  const byName: ThroughputResult["targets"] = Object.fromEntries(summaries);
  const cf = byName.cf?.cpuMsPerRequest?.median ?? null;
  const nginx = byName.nginx?.cpuMsPerRequest?.median ?? null;
  return {
    name: wanted.name,
    title: wanted.title,
    targets: byName,
    toNginx: ratio(rounds, "nginx"),
    toNginxSpooling: ratio(rounds, "nginxSpooling"),
    toNginxByCpu: cf === null || nginx === null ? null : nginx / cf,
  };
}

function summarize(samples: readonly Sample[]): TargetThroughput {
  const cpu = samples.flatMap(({ cpuMsPerRequest }) => cpuMsPerRequest ?? []);
  const busy = samples.flatMap((sample) => sample.busy ?? []);
  return {
    requestsPerSecond: spread(samples.map((sample) => sample.requestsPerSecond)),
    cpuMsPerRequest: cpu.length === 0 ? null : spread(cpu),
    busy: busy.length === 0 ? null : spread(busy).median,
    wrong: samples.reduce((sum, sample) => sum + sample.wrong, 0),
    wrongSample: samples.find((sample) => sample.wrongSample !== null)?.wrongSample ?? null,
  };
}

function ratio(rounds: Rounds, to: TargetName): Spread | null {
  const others = rounds.get(to);
  const own = rounds.get("cf");
  if (others === undefined || own === undefined) return null;
  const ratios = own.map(
    (sample, round) => sample.requestsPerSecond / (others[round]?.requestsPerSecond ?? Number.NaN),
  );
  return spread(ratios);
}
