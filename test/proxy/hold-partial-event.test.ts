import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PartialEventHold } from "../../src/proxy/hold-partial-event";

function pass(chunks: string[]): { passed: string[]; rest: string } {
  const hold = new PartialEventHold();
  const passed: string[] = [];
  const write = (bytes: Uint8Array) => passed.push(Buffer.from(bytes).toString());
  for (const chunk of chunks) {
    const before = passed.length;
    hold.push(Buffer.from(chunk), write);
    if (passed.length > before) passed.splice(before, passed.length - before, passed.slice(before).join(""));
  }
  const count = passed.length;
  hold.flush(write);
  return { passed: passed.slice(0, count), rest: passed.slice(count).join("") };
}

const endsWithBlankLine = /\n\r?\n$/;

describe("a begun event is kept back until it is whole", () => {
  test("whole events pass at once", () => {
    expect(pass(["event: a\ndata: 1\n\n", "event: b\ndata: 2\n\n"]).passed).toEqual([
      "event: a\ndata: 1\n\n",
      "event: b\ndata: 2\n\n",
    ]);
  });

  test("the begun one waits for its end", () => {
    expect(pass(["event: a\ndata: 1\n\nevent: b\nda", "ta: 2", "\n", "\nrest"])).toEqual({
      passed: ["event: a\ndata: 1\n\n", "event: b\ndata: 2\n\n"],
      rest: "rest",
    });
  });

  test("a long event passes in pieces, and nothing fits in before its end", () => {
    const hold = new PartialEventHold();
    let length = 0;
    const write = (bytes: Uint8Array) => {
      length += bytes.length;
    };
    hold.push(Buffer.from(`data: ${"x".repeat(70_000)}`), write);
    expect(length).toBe(70_006);
    expect(hold.betweenEvents).toBe(false);
    hold.push(Buffer.from("more"), write);
    expect(length).toBe(70_010);
    hold.push(Buffer.from("\n\n"), write);
    expect(hold.betweenEvents).toBe(true);
  });

  test("a line end that arrives byte by byte completes nothing by itself", () => {
    expect(pass(["data: 1", "\r", "\n"]).passed).toEqual([]);
    expect(pass(["data: 1", "\r", "\n", "\r", "\n"]).passed).toEqual(["data: 1\r\n\r\n"]);
  });

  for (const lineEnd of ["\n", "\r\n"]) {
    test(`nothing is lost and nothing half passes however it is cut (${JSON.stringify(lineEnd)})`, () => {
      const events = Array.from(
        { length: 12 },
        (_, index) => `event: e${index}${lineEnd}data: ${"é".repeat(index)}`,
      );
      const bytes = Buffer.from(events.map((event) => event + lineEnd + lineEnd).join(""));
      fc.assert(
        fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
          const hold = new PartialEventHold();
          const out: Buffer[] = [];
          const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
          for (let index = 1; index < places.length; index++) {
            hold.push(Uint8Array.from(bytes.subarray(places[index - 1], places[index])), (piece) =>
              out.push(Buffer.from(piece)),
            );
            const sofar = Buffer.concat(out).toString();
            if (sofar !== "") expect(sofar).toMatch(endsWithBlankLine);
          }
          expect(Buffer.concat(out)).toEqual(bytes);
        }),
        { numRuns: 300 },
      );
    });
  }
});
