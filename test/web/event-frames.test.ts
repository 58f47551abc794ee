// The frames of our own event streams, whatever the cuts between the pieces that arrive.
import { expect, test } from "bun:test";
import { type Frame, FrameReader } from "../../web/event-frames";

const text =
  ': hello\n\nid: one:1\ndata: {"a":"x: y"}\n\nid: one:2\r\ndata: first\r\ndata:second\r\n\r\n: alive\n\ndata: 3\n\n';
const frames: Frame[] = [
  { data: '{"a":"x: y"}', id: "one:1" },
  { data: "first\nsecond", id: "one:2" },
  { data: "3", id: "one:2" },
];

test("in one piece", () => {
  expect(new FrameReader().push(text)).toEqual(frames);
});

test("cut anywhere, and cut everywhere", () => {
  for (let cut = 0; cut <= text.length; cut += 1) {
    const reader = new FrameReader();
    expect([...reader.push(text.slice(0, cut)), ...reader.push(text.slice(cut))]).toEqual(frames);
  }
  const reader = new FrameReader();
  expect([...text].flatMap((char) => reader.push(char))).toEqual(frames);
});

test("a frame that is not finished is not told", () => {
  expect(new FrameReader().push("id: 1\ndata: half")).toEqual([]);
  expect(new FrameReader().push("id: 1\ndata: whole\n")).toEqual([]);
});

test("fields that are not ours are passed over", () => {
  expect(new FrameReader().push("event: x\nretry: 5\ndata\ndata: y\nnonsense\n\n")).toEqual([
    { data: "\ny", id: null },
  ]);
});
