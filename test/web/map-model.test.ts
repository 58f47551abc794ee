// The page says of a Claude model what the proxy will do with it.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { mapToOpenAi } from "../../src/engine/models";
import { mapModel } from "../../web/chains/map-model";

test("the entry that the proxy takes, by name", () => {
  const mapping = { "claude-opus": "o", "claude-opus-4-6": "exact", "*": "rest" };
  expect(mapModel("claude-opus-4-6[1m]", mapping)).toEqual({ by: "claude-opus-4-6", model: "exact" });
  expect(mapModel("claude-opus-5", mapping)).toEqual({ by: "claude-opus", model: "o" });
  expect(mapModel("claude-opusx", mapping)).toEqual({ by: "*", model: "rest" });
  expect(mapModel("claude-opus-5", {})).toBeNull();
});

test("page and proxy agree on every model and mapping", () => {
  const part = fc.constantFrom(
    "claude",
    "claude-opus",
    "claude-opus-4",
    "claude-opus-4-6",
    "claude-sonnet-5",
    "*",
  );
  const model = fc.tuple(part, fc.constantFrom("", "[1m]", "-9")).map(([name, end]) => name + end);
  fc.assert(
    fc.property(model, fc.dictionary(part, fc.constantFrom("x", "y")), (name, mapping) => {
      const mapped = mapModel(name, mapping)?.model ?? null;
      expect(mapped).toBe(mapToOpenAi(name, new Map(Object.entries(mapping))));
    }),
  );
});
