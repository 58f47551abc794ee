// Streams that are translated from OpenAI's dialects, side by side with streams that are passed through, by the same cf.
import { findFreePort } from "../../test/support/free-port";
import { type AnswerKind, basePathFor, composeAnswers, eventCount, targetFor, type Wire } from "./answers";
import type { BenchContext } from "./bench-context";
import type { LoadResult } from "./load";
import { concurrency, fewSessions } from "./plan";
import { startCf } from "./start-cf";
import { type Spread, spread } from "./statistics";

export interface TranslationResult {
  throughput: TranslatedThroughput[];
  firstEvent: { wire: Wire; addedMs: { p50: Spread; p99: Spread } }[];
  wrong: number;
}

export interface TranslatedThroughput {
  title: string;
  /** `events`: passed through. Events are those of the upstream. */
  wires: { wire: Wire; eventsPerSecond: Spread; toPassThrough: Spread }[];
}

const wires = ["events", "chat", "responses"] as const;
/** As in the measurement of latency. */
const streamsAtOnce = 4;
const bodyBytes = 1024;

export async function measureTranslation(context: BenchContext): Promise<TranslationResult> {
  await using streams = await openStreams(context);
  const throughput = [
    await measureThroughput(context, streams, "many", `${eventCount} events, ${eventCount} writes`),
    await measureThroughput(context, streams, "one", `${eventCount} events, one write`),
  ];
  return { throughput, firstEvent: await measureFirstEvent(context, streams), wrong: streams.wrong };
}

async function measureThroughput(
  { pace, say }: BenchContext,
  streams: Streams,
  form: "many" | "one",
  title: string,
): Promise<TranslatedThroughput> {
  say(`translation: ${title}`);
  const rounds = new Map<Wire, number[]>(wires.map((wire) => [wire, []]));
  for (let round = -1; round < pace.rounds; round++) {
    for (const wire of round % 2 === 0 ? wires : wires.toReversed()) {
      const result = await streams.run(`${wire}-${form}`, concurrency, round < 0 ? pace.warmUpMs : pace.ms);
      if (round >= 0) rounds.get(wire)?.push((result.requests * eventCount) / result.seconds);
    }
  }
  const passed = rounds.get("events") ?? [];
  return {
    title,
    wires: [...rounds].map(([wire, rates]) => ({
      wire,
      eventsPerSecond: spread(rates),
      toPassThrough: spread(rates.map((rate, round) => rate / (passed[round] ?? Number.NaN))),
    })),
  };
}

async function measureFirstEvent(
  { pace, say }: BenchContext,
  streams: Streams,
): Promise<TranslationResult["firstEvent"]> {
  say("translation: first event");
  const added = wires.map((wire) => ({ wire, p50: [] as number[], p99: [] as number[] }));
  for (let round = -1; round < pace.rounds; round++) {
    for (const { wire, p50, p99 } of added) {
      const ms = round < 0 ? pace.warmUpMs : pace.ms;
      const direct = await streams.run(`${wire}-late`, streamsAtOnce, ms, "direct");
      const through = await streams.run(`${wire}-late`, streamsAtOnce, ms);
      if (round < 0) continue;
      p50.push(through.firstByteMs.p50 - direct.firstByteMs.p50);
      p99.push(through.firstByteMs.p99 - direct.firstByteMs.p99);
    }
  }
  return added.map(({ wire, p50, p99 }) => ({ wire, addedMs: { p50: spread(p50), p99: spread(p99) } }));
}

interface Streams extends AsyncDisposable {
  wrong: number;
  /** Load on cf with that answer of the upstream behind it, or on the upstream itself. */
  run(kind: AnswerKind, concurrency: number, ms: number, to?: "cf" | "direct"): Promise<LoadResult>;
}

/** A cf of its own with a profile, and so a port, for each translated answer; `default` passes through. */
async function openStreams({ binary, pin, upstreamPort, generator }: BenchContext): Promise<Streams> {
  const kinds = (["chat", "responses"] as const).flatMap((api) =>
    (["many", "one", "late"] as const).map((form) => ({ api, kind: `${api}-${form}` as const })),
  );
  const ports = new Map<AnswerKind, number>();
  for (const { kind } of kinds) ports.set(kind, await findFreePort());
  const keys = kinds.map(({ api, kind }) => {
    const baseUrl = `http://127.0.0.1:${upstreamPort}${basePathFor(kind)}`;
    return [kind, { token: `sk-proj-bench-${kind}-bench-bench`, provider: "openai", api, baseUrl }] as const;
  });
  const cf = await startCf({
    binary,
    upstreamPort,
    pin,
    profiles: Object.fromEntries([...ports].map(([kind, port]) => [kind, { port, keyOrder: [kind] }])),
    keys: Object.fromEntries(keys),
    settings: { openaiModelMapping: { "*": "gpt-5.4" } },
  });
  const answers = composeAnswers();
  const bytes = new Map([...answers].map(([kind, answer]) => [kind, answer.bodyBytes]));
  const translated = new Map<AnswerKind, number>();
  for (const [kind, port] of ports) translated.set(kind, await readLength(port, kind));
  const streams: Streams = {
    wrong: 0,
    run: async (kind, atOnce, ms, to = "cf") => {
      const port = to === "direct" ? upstreamPort : (ports.get(kind) ?? cf.port);
      const answerBytes = (to === "direct" ? undefined : translated.get(kind)) ?? bytes.get(kind) ?? 0;
      const shape = { port, answer: kind, answerBytes, bodyBytes, sessions: fewSessions };
      const result = await generator.run({ ...shape, concurrency: atOnce, requests: null, ms });
      streams.wrong += result.wrong;
      return result;
    },
    [Symbol.asyncDispose]: () => cf[Symbol.asyncDispose](),
  };
  return streams;
}

/** Every translated answer is as long as the first one, which is looked at: a fast translator must also be a right one. */
async function readLength(port: number, kind: AnswerKind): Promise<number> {
  const question = { model: "claude-opus-5-5", max_tokens: 64, stream: true };
  const answer = await fetch(`http://127.0.0.1:${port}${targetFor(kind)}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...question, messages: [{ role: "user", content: "x".repeat(bodyBytes) }] }),
  });
  const text = await answer.text();
  const isWhole = text.startsWith("event: message_start\n") && text.includes("event: message_stop\n");
  if (answer.status !== 200 || !isWhole) throw new Error(`${kind} is not translated: ${text.slice(0, 300)}`);
  return Buffer.byteLength(text);
}
