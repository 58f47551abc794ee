// Stop sequences that the upstream does not know: exact, whatever the cuts.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { StopFilter } from "../../src/translate/enforce-stop";

function run(sequences: string[], pieces: string[]): { text: string; stop: string | null } {
  const filter = new StopFilter(sequences);
  const passed = pieces.map((piece) => filter.push(piece));
  const stop = passed.map((part) => part.stop).find((found) => found !== null) ?? null;
  return { text: passed.map(({ text }) => text).join("") + filter.flush(), stop };
}

describe("what passes", () => {
  const cases: [string, string[], string[], string, string | null][] = [
    ["no sequence", [], ["Hello"], "Hello", null],
    ["an empty sequence is none", [""], ["Hello"], "Hello", null],
    ["within a piece", ["END"], ["oneENDtwo"], "one", "END"],
    ["across pieces", ["END"], ["oneE", "N", "Dtwo"], "one", "END"],
    ["only the beginning of one", ["END"], ["oneE", "N"], "oneEN", null],
    ["a false start before the true one", ["aab"], ["aaa", "b!"], "a", "aab"],
    ["the one that is complete first wins", ["bcd", "abcde"], ["abcde"], "a", "bcd"],
    ["of those complete at once, the longest", ["b", "ab"], ["xa", "b"], "x", "ab"],
    ["characters of several units", ["🗼"], ["Tokyo 🗼 tower"], "Tokyo ", "🗼"],
    ["nothing passes behind it", ["END"], ["END", "more", "END"], "", "END"],
  ];
  test.each(cases)("%s", (_name, sequences, pieces, text, stop) => {
    expect(run(sequences, pieces)).toEqual({ text, stop });
  });
});

test("keeps back no more than could begin a sequence", () => {
  const filter = new StopFilter(["STOP"]);
  expect(filter.push("a text that ends in ST")).toEqual({ text: "a text that ends in ", stop: null });
  expect(filter.push("ART")).toEqual({ text: "START", stop: null });
});

test("the cuts do not matter, and the first complete sequence ends the text", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 });
  const sequences = fc.array(
    fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 4 }),
    {
      maxLength: 3,
    },
  );
  const sameAsWhole = (text: string, stops: string[], cuts: number[]) => {
    const edges = [0, ...[...cuts].sort((left, right) => left - right), text.length];
    const pieces = edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
    expect(run(stops, pieces)).toEqual(expected(text, stops));
  };
  fc.assert(fc.property(letters, sequences, fc.array(fc.nat(30), { maxLength: 6 }), sameAsWhole), {
    numRuns: 500,
  });
});

/** The plain definition: reads character by character until the text ends with a sequence. */
function expected(text: string, stops: string[]): { text: string; stop: string | null } {
  for (let end = 1; end <= text.length; end++) {
    const found = stops.filter((stop) => text.slice(0, end).endsWith(stop));
    const longest = found.sort((left, right) => right.length - left.length)[0];
    if (longest !== undefined) return { text: text.slice(0, end - longest.length), stop: longest };
  }
  return { text, stop: null };
}
