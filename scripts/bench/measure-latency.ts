// What a proxy adds to the time of a small request, and to the time until the first event of a stream.
import { type AnswerKind, composeAnswers } from "./answers";
import type { BenchContext, TargetName } from "./bench-context";
import { measureRounds, type Rounds, type Sample } from "./measure-rounds";
import { fewSessions } from "./plan";
import { type Spread, spread } from "./statistics";

export interface LatencyResult {
  what: "answer" | "first event";
  concurrency: number;
  targets: Partial<Record<TargetName, { p50Ms: Spread; p99Ms: Spread; wrong: number }>>;
  /** To direct, round by round. */
  added: Partial<Record<TargetName, { p50Ms: Spread; p99Ms: Spread }>>;
}

/** Enough to see an event arrive undisturbed, enough of them to take a median. */
const streamsAtOnce = 4;

export async function measureLatency(context: BenchContext): Promise<LatencyResult[]> {
  return [
    await measure(context, "answer", 1, "json"),
    await measure(context, "answer", 16, "json"),
    await measure(context, "first event", streamsAtOnce, "events-late"),
  ];
}

async function measure(
  context: BenchContext,
  what: LatencyResult["what"],
  concurrency: number,
  answer: AnswerKind,
): Promise<LatencyResult> {
  context.say(`latency: ${what}, ${concurrency} at a time`);
  const targets = context.targets.filter(({ name }) => name !== "nginxSpooling");
  const rounds = await measureRounds(context, targets, {
    answer,
    answerBytes: composeAnswers().get(answer)?.bodyBytes ?? 0,
    bodyBytes: 1024,
    sessions: fewSessions,
    concurrency,
    requests: null,
    ms: context.pace.ms,
  });
  const pick = (sample: Sample) => (what === "answer" ? sample.latencyMs : sample.firstByteMs);
  return { what, concurrency, targets: describe(rounds, pick), added: subtractDirect(rounds, pick) };
}

type Pick = (sample: Sample) => Sample["latencyMs"];

function describe(rounds: Rounds, pick: Pick): LatencyResult["targets"] {
  const described = [...rounds].map(([name, samples]) => {
    const p50Ms = spread(samples.map((sample) => pick(sample).p50));
    const p99Ms = spread(samples.map((sample) => pick(sample).p99));
    return [name, { p50Ms, p99Ms, wrong: samples.reduce((sum, sample) => sum + sample.wrong, 0) }] as const;
  });
  return Object.fromEntries(described);
}

function subtractDirect(rounds: Rounds, pick: Pick): LatencyResult["added"] {
  const direct = rounds.get("direct") ?? [];
  const added = [...rounds].flatMap(([name, samples]) => {
    if (name === "direct") return [];
    const difference = (part: "p50" | "p99") =>
      spread(
        samples.flatMap((sample, round) =>
          direct[round] ? pick(sample)[part] - pick(direct[round])[part] : [],
        ),
      );
    return [[name, { p50Ms: difference("p50"), p99Ms: difference("p99") }] as const];
  });
  return Object.fromEntries(added);
}
