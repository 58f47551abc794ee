import { expect, test } from "bun:test";
import fc from "fast-check";
import { findPrice } from "../../../src/engine/prices";
import { noUsage } from "../../../src/proxy/usage";
import { Kinds, kindOf } from "../../../src/state/ledger/kinds";
import { attemptOf, requestRecord } from "../../support/request-records";

const model = fc.constantFrom("claude-opus-4-6", "claude-sonnet-4-6", "gpt-5.4");
const attempts = fc.constantFrom(
  [attemptOf()],
  [attemptOf({ key: "omega", status: 429, reason: "rate_limited" })],
  [],
);

/** Alike in most of what they say, and different in anything. */
const record = fc
  .record({
    modelAsked: model,
    modelServed: fc.option(model),
    key: fc.constantFrom("alpha", "omega", null),
    provider: fc.constantFrom("anthropic", "openai", null),
    client: fc.constantFrom("claude-cli/2.1.0 (external, cli)", "claude-cli/2.2.0", ""),
    profile: fc.constantFrom("default", "work"),
    endpoint: fc.constantFrom("messages", "count_tokens", "other"),
    stream: fc.boolean(),
    status: fc.constantFrom(200, 429),
    state: fc.constantFrom("complete", "error", "cancelled"),
    stopReason: fc.constantFrom("end_turn", "tool_use", null),
    estimated: fc.boolean(),
    tier: fc.constantFrom("fast", "batch", null),
    geo: fc.constantFrom("us", null),
    attempts,
  } as const)
  .map(({ estimated, tier, geo, attempts, ...changes }) =>
    requestRecord({ ...changes, attempts: [...attempts], usage: { ...noUsage(), estimated, tier, geo } }),
  );

const priceOf = (name: string) => findPrice(name, new Map());

test("the kind of those alike is that of each", () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 2, maxLength: 40 }), (records) => {
      const kinds = new Kinds(priceOf);
      for (const each of records) expect(kinds.of(each)).toEqual(kindOf(each, priceOf));
    }),
  );
});

test("those alike share one object, until prices change", () => {
  let usd = 1;
  const kinds = new Kinds(() => {
    return { input: usd, output: usd, cacheRead: null, cacheWrite: null, cacheWrite1h: null, long: null };
  });
  const first = kinds.of(requestRecord({ id: "req_cf_1" }));
  kinds.of(requestRecord({ modelAsked: "another" }));
  usd = 2;
  expect(kinds.of(requestRecord({ id: "req_cf_2", totalMs: 5 }))).toBe(first);
  kinds.forget();
  const second = kinds.of(requestRecord({ id: "req_cf_3" }));
  expect(second.tariff?.usual.input).toBe(2 * (first.tariff?.usual.input ?? 0));
});
