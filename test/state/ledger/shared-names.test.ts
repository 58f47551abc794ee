import { expect, test } from "bun:test";
import fc from "fast-check";
import { noUsage } from "../../../src/proxy/usage";
import { nameRequest, SharedNames } from "../../../src/state/ledger/shared-names";
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
    attempts,
  } as const)
  .map(({ estimated, attempts, ...changes }) =>
    requestRecord({ ...changes, attempts: [...attempts], usage: { ...noUsage(), estimated } }),
  );

test("what is shared by those alike is what each would have been named", () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 2, maxLength: 40 }), (records) => {
      const shared = new SharedNames();
      for (const each of records) expect(shared.of(each)).toEqual(nameRequest(each));
    }),
  );
});

test("those alike share one object", () => {
  const shared = new SharedNames();
  const first = shared.of(requestRecord({ id: "req_cf_1" }));
  shared.of(requestRecord({ modelAsked: "another" }));
  expect(shared.of(requestRecord({ id: "req_cf_2", totalMs: 5 }))).toBe(first);
});
