// Given this history, what next? The order of section 1 of the routing rules.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decide, type Situation } from "../../src/engine/decide";
import { listSkipped } from "../../src/engine/list-skipped";
import type { Availability, Candidate, Provider, Step } from "../../src/engine/types";
import { now } from "./header-reader";

const usable: Availability = { usable: true, lastResort: false };
const overage: Availability = { usable: true, lastResort: true };
const disabled: Availability = {
  usable: false,
  reason: "disabled",
  words: "paused",
  status: null,
  until: null,
  probe: false,
};

type Resting = Extract<Availability, { usable: false }>;
const resting = (ms: number, change: Partial<Resting> = {}): Availability => ({
  usable: false,
  reason: "rate_limited",
  words: "rate limited",
  status: 429,
  until: now + ms,
  probe: false,
  ...change,
});

const candidate = (key: string, provider: Provider = "anthropic", inPlace = true): Candidate => ({
  key,
  label: key,
  provider,
  inPlace,
});
const k1 = candidate("k1");
const k2 = candidate("k2");
const o1 = candidate("o1", "openai", false);

/** Health by "key model"; what is not named is usable. */
type Health = Record<string, Availability>;
interface Change extends Partial<Omit<Situation, "availability">> {
  health?: Health;
}

function situation({ health = {}, ...change }: Change = {}): Situation {
  const known = new Map(Object.entries(health));
  return {
    chain: ["opus", "sonnet"],
    candidates: [k1, k2],
    boundKey: null,
    tried: [],
    passBegan: null,
    availability: (key, model) => known.get(`${key} ${model}`) ?? usable,
    now,
    deadline: now + 600_000,
    queueUntil: now + 90_000,
    fallback: true,
    onlyKey: null,
    openai: { enabled: false, primary: false, modelFor: () => null },
    ...change,
  };
}

const tried = (key: string, model: string, until: number | null = null) => ({ key, model, until });
const openai = {
  enabled: true,
  primary: false,
  modelFor: (model: string) => (model === "opus" ? "gpt-5.4" : "gpt-5.4-mini"),
};
const all = (availability: Availability, keys = ["k1", "k2"], models = ["opus", "sonnet"]): Health =>
  Object.fromEntries(keys.flatMap((key) => models.map((model) => [`${key} ${model}`, availability])));

const attempt = (key: string, model: string, change: Partial<Extract<Step, { do: "try" }>> = {}): Step => ({
  do: "try",
  key,
  model,
  provider: "anthropic",
  probe: false,
  ...change,
});
const wait = (ms: number, key: string, model: string): Step => ({ do: "wait", until: now + ms, key, model });
const finish: Step = { do: "finish" };

const table: [string, Change, Step][] = [
  ["the first key", {}, attempt("k1", "opus")],
  ["rotate: the next key with the same model", { tried: [tried("k1", "opus")] }, attempt("k2", "opus")],
  [
    "fall back: the next model once every key was tried",
    { tried: [tried("k1", "opus"), tried("k2", "opus")] },
    attempt("k1", "sonnet"),
  ],
  ["a resting key is skipped", { health: { "k1 opus": resting(9000) } }, attempt("k2", "opus")],
  ["a paused key is skipped", { health: all(disabled, ["k1"]) }, attempt("k2", "opus")],
  [
    "a model that rests on every key is skipped",
    { health: { "k1 opus": resting(9000), "k2 opus": resting(9000) } },
    attempt("k1", "sonnet"),
  ],
  ["the bound key goes first", { boundKey: "k2" }, attempt("k2", "opus")],
  [
    "a bound key that rests does not",
    { boundKey: "k2", health: { "k2 opus": resting(9000) } },
    attempt("k1", "opus"),
  ],
  [
    "a bound key that is paused does not",
    { boundKey: "k2", health: all(disabled, ["k2"]) },
    attempt("k1", "opus"),
  ],
  ["a bound key outside the profile does not", { boundKey: "foreign" }, attempt("k1", "opus")],
  [
    "overage is spent only when the whole chain is out",
    { health: { ...all(resting(9000)), "k1 opus": overage, "k2 sonnet": usable } },
    attempt("k2", "sonnet"),
  ],
  [
    "overage before waiting",
    { health: { ...all(resting(9000)), "k1 opus": overage } },
    attempt("k1", "opus"),
  ],
  [
    "wait for the earliest return",
    { health: { ...all(resting(9000)), "k2 sonnet": resting(4000) } },
    wait(4000, "k2", "sonnet"),
  ],
  [
    "a return at the end of the queue time is in time",
    { health: all(resting(90_000)) },
    wait(90_000, "k1", "opus"),
  ],
  ["a return beyond the queue time is not waited for", { health: all(resting(90_001)) }, finish],
  [
    "a key that comes back within the queue is waited for, however soon after the pass before",
    {
      candidates: [k1],
      tried: [tried("k1", "opus", now + 9000)],
      passBegan: now - 100,
      health: { "k1 opus": resting(9000), "k1 sonnet": resting(50) },
      queueUntil: now + 200,
    },
    wait(200, "k1", "sonnet"),
  ],
  ["no wait without a queue", { health: all(resting(10)), queueUntil: now }, finish],
  ["no wait beyond the request's deadline", { health: all(resting(9000)), deadline: now + 9000 }, finish],
  ["nothing at all after the deadline", { deadline: now }, finish],
  ["no wait for a rejected key", { health: all(resting(9000, { reason: "rejected" })) }, finish],
  ["no wait for credit", { health: all(resting(9000, { reason: "no_credit" })) }, finish],
  ["no wait for a model without access", { health: all(resting(9000, { reason: "no_access" })) }, finish],
  [
    "wait for an overload to pass",
    { health: all(resting(5000, { reason: "overloaded" })) },
    wait(5000, "k1", "opus"),
  ],
  ["paused keys leave nothing", { health: all(disabled) }, finish],
  ["no keys", { candidates: [] }, finish],
  [
    "everything was tried and rests",
    {
      tried: [
        tried("k1", "opus", now + 5000),
        tried("k2", "opus", now + 7000),
        tried("k1", "sonnet"),
        tried("k2", "sonnet"),
      ],
      health: {
        "k1 opus": resting(5000),
        "k2 opus": resting(7000),
        "k1 sonnet": resting(8000),
        "k2 sonnet": resting(8000),
      },
    },
    wait(5000, "k1", "opus"),
  ],
  [
    "a key that was tried, rested and is back already gets a new pass after a pause",
    { chain: ["opus"], candidates: [k1], tried: [tried("k1", "opus", now - 1)] },
    wait(500, "k1", "opus"),
  ],
  [
    "however short its rest, a key that was tried gets a pause",
    {
      chain: ["opus"],
      candidates: [k1],
      tried: [tried("k1", "opus", now + 1)],
      health: { "k1 opus": resting(1) },
    },
    wait(500, "k1", "opus"),
  ],
  [
    "a key that was tried and needs no rest is not tried again",
    { chain: ["opus"], candidates: [k1], tried: [tried("k1", "opus")] },
    finish,
  ],
  [
    "a probe when nothing else is usable",
    { health: { ...all(resting(3_600_000)), "k2 opus": resting(3_600_000, { probe: true }) } },
    attempt("k2", "opus", { probe: true }),
  ],
  [
    "no probe while a key is usable",
    { health: { "k1 opus": resting(3_600_000, { probe: true }) } },
    attempt("k2", "opus"),
  ],
  [
    "no probe while a wait helps",
    { health: { ...all(resting(3_600_000, { probe: true })), "k1 opus": resting(3000) } },
    wait(3000, "k1", "opus"),
  ],
  [
    "a probe is one try of the pass",
    {
      chain: ["opus"],
      candidates: [k1],
      tried: [tried("k1", "opus", now + 3_600_000)],
      health: { "k1 opus": resting(3_600_000, { probe: true }) },
    },
    finish,
  ],
  [
    "x-cf-fallback: off stays with the model",
    { fallback: false, tried: [tried("k1", "opus"), tried("k2", "opus")] },
    finish,
  ],
  [
    "x-cf-fallback: off never leaves Anthropic",
    { fallback: false, candidates: [k1, o1], openai, tried: [tried("k1", "opus")] },
    finish,
  ],
  ["x-cf-key stays with the key", { onlyKey: "k2", tried: [tried("k2", "opus")] }, attempt("k2", "sonnet")],
  [
    "x-cf-key waits for its key only",
    { onlyKey: "k2", health: all(resting(9000), ["k2"]) },
    wait(9000, "k2", "opus"),
  ],
  ["an unknown x-cf-key leaves nothing", { onlyKey: "k9" }, finish],
  [
    "OpenAI comes after the whole chain",
    { candidates: [k1, o1], openai, tried: [tried("k1", "opus")] },
    attempt("k1", "sonnet"),
  ],
  [
    "OpenAI serves the model that stands in for the asked one",
    { candidates: [k1, o1], openai, health: all(resting(3_600_000), ["k1"]) },
    attempt("o1", "gpt-5.4", { provider: "openai" }),
  ],
  [
    "waiting comes before OpenAI",
    { candidates: [k1, o1], openai, health: all(resting(9000), ["k1"]) },
    wait(9000, "k1", "opus"),
  ],
  ["OpenAI switched off", { candidates: [k1, o1], health: all(resting(3_600_000), ["k1"]) }, finish],
  [
    "OpenAI without a model that stands in",
    {
      candidates: [k1, o1],
      openai: { enabled: true, primary: false, modelFor: () => null },
      health: all(resting(3_600_000), ["k1"]),
    },
    finish,
  ],
  [
    "an OpenAI key before an Anthropic key is tried at its place",
    { candidates: [candidate("o1", "openai"), k1], openai },
    attempt("o1", "gpt-5.4", { provider: "openai" }),
  ],
  [
    "in place it serves the fallback models too",
    {
      candidates: [candidate("o1", "openai"), k1],
      openai,
      tried: [tried("o1", "gpt-5.4"), tried("k1", "opus")],
    },
    attempt("o1", "gpt-5.4-mini", { provider: "openai" }),
  ],
  [
    "OpenAI keys only: no queue delays them",
    { candidates: [o1], openai, health: {} },
    attempt("o1", "gpt-5.4", { provider: "openai" }),
  ],
  [
    "OpenAI keys only, resting: waited for like any other",
    { candidates: [o1], openai, health: { "o1 gpt-5.4": resting(9000) } },
    wait(9000, "o1", "gpt-5.4"),
  ],
  [
    "in place it needs no switch: the order is the user's word",
    { candidates: [candidate("o1", "openai"), k1], openai: { ...openai, enabled: false } },
    attempt("o1", "gpt-5.4", { provider: "openai" }),
  ],
  [
    "x-cf-fallback: off keeps to Claude",
    { candidates: [candidate("o1", "openai"), k1], openai, fallback: false },
    attempt("k1", "opus"),
  ],
  [
    "OpenAI keys only serve without the switch and without fallback",
    { candidates: [o1], openai: { ...openai, enabled: false, primary: true }, fallback: false },
    attempt("o1", "gpt-5.4", { provider: "openai" }),
  ],
  [
    "two models with the same stand-in are one try",
    {
      candidates: [candidate("o1", "openai"), k1],
      openai: { enabled: true, primary: false, modelFor: () => "gpt-5.4" },
      tried: [tried("o1", "gpt-5.4"), tried("k1", "opus")],
    },
    attempt("k1", "sonnet"),
  ],
  [
    "never more than five models",
    {
      chain: ["a", "b", "c", "d", "e", "f"],
      candidates: [k1],
      tried: ["a", "b", "c", "d", "e"].map((model) => tried("k1", model)),
    },
    finish,
  ],
];

test("two models that return in turns, each for a moment, are asked twice a second at most", () => {
  const restMs = 120;
  const back = new Map<string, number>([["k1 sonnet", now + 60]]);
  const asked: number[] = [];
  let time = now;
  let present = situation({ candidates: [k1] });
  for (;;) {
    const known = time;
    const availability: Situation["availability"] = (key, model) => {
      const until = back.get(`${key} ${model}`) ?? 0;
      return until <= known ? usable : resting(0, { until });
    };
    const step = decide({ ...present, now: time, availability });
    if (step.do === "finish") break;
    if (step.do === "wait") {
      time = step.until;
      present = { ...present, tried: [], passBegan: time };
      continue;
    }
    asked.push(time);
    back.set(`${step.key} ${step.model}`, time + restMs);
    present = { ...present, tried: [...present.tried, { ...step, until: time + restMs }] };
  }
  // The first pass may end early, for what it could not ask.
  expect(asked[1]).toBe(now + 60);
  for (const [index, at] of asked.entries())
    expect(asked.filter((other) => other >= at && other < at + 500).length).toBeLessThanOrEqual(
      index === 0 ? 3 : 2,
    );
});

describe("the decision table", () => {
  test.each(table)("%s", (_name, change, step) => {
    expect(decide(situation(change))).toEqual(step);
  });
});

test("more dead keys than retries: the healthy one is tried all the same", () => {
  const candidates = Array.from({ length: 50 }, (_, index) => candidate(`k${index}`));
  const dead = candidates.slice(0, 49).map(({ key }) => tried(key, "opus", now + 300_000));
  expect(decide(situation({ candidates, tried: dead }))).toEqual(attempt("k49", "opus"));
});

test("the skipped keys are named with their cause", () => {
  const skipped = listSkipped(
    situation({
      chain: ["opus"],
      candidates: [k1, k2, candidate("k3"), o1],
      tried: [tried("k1", "opus")],
      health: { "k1 opus": resting(1), "k2 opus": resting(9000), "k3 opus": disabled },
      openai,
    }),
  );
  expect(skipped).toEqual([
    {
      key: "k2",
      model: "opus",
      provider: "anthropic",
      status: 429,
      reason: "rate_limited",
      words: "rate limited",
      until: now + 9000,
      ms: 0,
      skipped: true,
    },
    {
      key: "k3",
      model: "opus",
      provider: "anthropic",
      status: null,
      reason: "disabled",
      words: "paused",
      until: null,
      ms: 0,
      skipped: true,
    },
  ]);
});

describe("whatever happens", () => {
  const availabilities = fc.oneof(
    fc.constant(usable),
    fc.constant(overage),
    fc.constant(disabled),
    fc
      .record({ ms: fc.integer({ min: 1, max: 200_000 }), probe: fc.boolean() })
      .map(({ ms, probe }) => resting(ms, { probe })),
    fc.integer({ min: 1, max: 200_000 }).map((ms) => resting(ms, { reason: "rejected" })),
  );
  const keys = ["k1", "k2", "k3", "o1"];
  const models = ["opus", "sonnet", "haiku", "gpt-5.4", "gpt-5.4-mini"];
  const healths = fc.array(availabilities, { minLength: 20, maxLength: 20 }).map((list) => {
    const pairs = keys.flatMap((key) => models.map((model) => `${key} ${model}`));
    return Object.fromEntries(pairs.map((pair, index) => [pair, list[index] ?? usable]));
  });
  const profiles = fc.record({
    chain: fc.uniqueArray(fc.constantFrom("opus", "sonnet", "haiku"), { minLength: 1 }),
    candidates: fc
      .uniqueArray(fc.constantFrom(...keys), { minLength: 1 })
      .map((order) =>
        order.map((key, index) =>
          candidate(key, key === "o1" ? "openai" : "anthropic", key !== "o1" || index % 2 === 0),
        ),
      ),
    boundKey: fc.constantFrom(null, ...keys, "foreign"),
    onlyKey: fc.constantFrom(null, null, null, ...keys),
    fallback: fc.boolean(),
    openaiEnabled: fc.boolean(),
  });

  test("no key is asked that is foreign, paused or resting, unless as a probe of a key that allows one", () => {
    fc.assert(
      fc.property(profiles, healths, ({ openaiEnabled, ...profile }, health) => {
        const present = situation({ ...profile, health, openai: { ...openai, enabled: openaiEnabled } });
        const step = decide(present);
        if (step.do !== "try") return;
        expect(present.candidates.map((one) => one.key)).toContain(step.key);
        if (present.onlyKey !== null) expect(step.key).toBe(present.onlyKey);
        const availability = present.availability(step.key, step.model);
        expect(availability.usable || (step.probe && availability.probe)).toBe(true);
      }),
    );
  });

  const outcomes = fc.array(
    fc.record({
      health: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 100_000 })),
      took: fc.integer({ min: 0, max: 20_000 }),
    }),
    { minLength: 1, maxLength: 30 },
  );

  test("it always ends, asks no pair twice in a pass, and never waits past its limits", () => {
    fc.assert(
      fc.property(profiles, healths, outcomes, ({ openaiEnabled, ...profile }, initial, results) => {
        const known = new Map(Object.entries(initial));
        const start = situation({ ...profile, openai: { ...openai, enabled: openaiEnabled } });
        let time = now;
        let pass: { key: string; model: string; until: number | null }[] = [];
        let passBegan: number | null = null;
        let steps = 0;
        const availability: Situation["availability"] = (key, model) => {
          const health = known.get(`${key} ${model}`) ?? usable;
          return !health.usable && health.until !== null && health.until <= time ? usable : health;
        };
        for (;;) {
          steps += 1;
          expect(steps).toBeLessThan(5000);
          const step = decide({ ...start, tried: pass, passBegan, now: time, availability });
          if (step.do === "finish") return;
          if (step.do === "wait") {
            expect(step.until).toBeGreaterThan(time);
            expect(step.until).toBeLessThanOrEqual(start.queueUntil);
            time = step.until;
            passBegan = time;
            pass = [];
            continue;
          }
          expect(pass.some((one) => one.key === step.key && one.model === step.model)).toBe(false);
          const result = results[steps % results.length] ?? { health: null, took: 0 };
          time += result.took;
          const until = result.health === null ? null : time + result.health;
          if (result.health !== null) known.set(`${step.key} ${step.model}`, resting(0, { until }));
          pass = [...pass, { key: step.key, model: step.model, until }];
        }
      }),
    );
  });
});
