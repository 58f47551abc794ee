import { expect, test } from "bun:test";
import { freeBytes } from "../../src/proxy/free-bytes";

const large = 100_000;

test("a large array is empty afterwards, and may be freed again", () => {
  const bytes = new Uint8Array(large);
  freeBytes(bytes);
  expect([bytes.length, bytes.buffer.byteLength]).toEqual([0, 0]);
  freeBytes(bytes);
});

test.each<[string, Uint8Array]>([
  ["a small array", new Uint8Array(1000)],
  ["the beginning of another", new Uint8Array(new ArrayBuffer(large * 2), 0, large)],
  ["the end of another", new Uint8Array(new ArrayBuffer(large * 2), large)],
  ["memory of several threads", new Uint8Array(new SharedArrayBuffer(large))],
])("%s stays as it is", (_name, bytes) => {
  const { length } = bytes;
  freeBytes(bytes);
  expect(bytes.length).toBe(length);
});
