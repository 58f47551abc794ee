// The tests that every stream fixture of either dialect goes through.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { CreateStream } from "../../src/translate/answer-stream";
import { checkLegal, cutAt, describeEvents, type StreamFixture, toBytes, translate } from "./answer-fixtures";

export function checkStreamFixtures(create: CreateStream, fixtures: readonly StreamFixture[]): void {
  const run = (fixture: StreamFixture, chunks: Uint8Array[]) =>
    describeEvents(translate(create, fixture, chunks).events);

  describe("events", () => {
    test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))("%s", (_name, fixture) => {
      const translated = translate(create, fixture, [toBytes(fixture.upstream)]);
      const { events, facts } = translated;
      checkLegal(translated);
      expect(describeEvents(events)).toEqual(fixture.events);
      for (const [name, value] of Object.entries(fixture.facts ?? {})) {
        expect({ [name]: Reflect.get(facts, name) }).toEqual({ [name]: value });
      }
    });
  });

  describe("cuts do not matter", () => {
    test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))("%s", (_name, fixture) => {
      const bytes = toBytes(fixture.upstream);
      const everyByte = Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1));
      expect(run(fixture, everyByte)).toEqual(fixture.events);
      for (let at = 1; at < bytes.length; at++) {
        const events = run(fixture, cutAt(bytes, [at]));
        if (!Bun.deepEquals(events, fixture.events))
          expect({ at, events }).toEqual({ at, events: fixture.events });
      }
      const places = fc.array(fc.nat(bytes.length), { maxLength: 12 });
      const same = (positions: number[]) =>
        Bun.deepEquals(run(fixture, cutAt(bytes, positions)), fixture.events);
      fc.assert(fc.property(places, same), { numRuns: 10 });
    });
  });
}
