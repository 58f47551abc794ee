// Server-sent events out of bytes that are cut anywhere.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { EventReader, type UpstreamEvent } from "../../src/translate/read-events";
import { cutAt, toBytes } from "../support/answer-fixtures";

function read(chunks: Uint8Array[]): UpstreamEvent[] {
  const events: UpstreamEvent[] = [];
  const reader = new EventReader((event) => events.push(event));
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return events;
}

const plain = (data: string, event?: string): UpstreamEvent => ({ event, data });

const cases: [string, string, UpstreamEvent[]][] = [
  ["plain", "data: a\n\ndata: b\n\n", [plain("a"), plain("b")]],
  ["named", "event: x\ndata: a\n\n", [plain("a", "x")]],
  ["no space behind the colon", "event:x\ndata:a\n\n", [plain("a", "x")]],
  ["CRLF", "event: x\r\ndata: a\r\n\r\ndata: b\r\n\r\n", [plain("a", "x"), plain("b")]],
  ["lone CR", "data: a\r\rdata: b\r\r", [plain("a"), plain("b")]],
  ["several data lines", "data: a\ndata: b\n\n", [plain("a\nb")]],
  ["comments, ids, retry, unknown fields", ": hi\nid: 1\nretry: 5\nfoo: x\ndata: a\n\n:\n\n", [plain("a")]],
  ["a byte order mark", "\ufeffdata: a\n\n", [plain("a")]],
  ["characters of several bytes", "data: é東🗼\n\n", [plain("é東🗼")]],
  ["an event without data", "event: x\n\ndata: a\n\n", [plain("a")]],
  ["no blank line at the end", "data: a\n\ndata: b\n", [plain("a"), plain("b")]],
  ["no line end at the end", "data: a\n\ndata: b", [plain("a"), plain("b")]],
  ["CRLF without the last line", "data: a\r\n\r\ndata: b\r", [plain("a"), plain("b")]],
  ["nothing", "", []],
];

describe("reads", () => {
  test.each(cases)("%s", (_name, text, events) => {
    const bytes = toBytes(text);
    expect(read([bytes])).toEqual(events);
    expect(read(Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1)))).toEqual(events);
  });
});

test("any text in any cut gives the same events", () => {
  const piece = fc.constantFrom(
    "data:",
    "event: x",
    "\n",
    "\r\n",
    "\r",
    " ",
    "a",
    "東",
    "🗼",
    ": c",
    "\n\n",
    "id",
  );
  const text = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(""));
  const same = (source: string, cuts: number[]) => {
    const bytes = toBytes(source);
    const positions = cuts.map((cut) => cut % (bytes.length + 1));
    expect(read(cutAt(bytes, positions))).toEqual(read([bytes]));
  };
  fc.assert(fc.property(text, fc.array(fc.nat(100), { maxLength: 8 }), same), { numRuns: 500 });
});

test("gives up on an event that never ends", () => {
  const reader = new EventReader(() => undefined);
  const megabyte = new Uint8Array(1024 * 1024).fill(0x61);
  reader.push(toBytes("data: "));
  for (let index = 0; index < 40; index++) reader.push(megabyte);
  reader.end();
  expect(reader.overflowed).toBe(true);
});
