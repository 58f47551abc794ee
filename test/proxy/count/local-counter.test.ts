import { expect, setDefaultTimeout, test } from "bun:test";
import { LocalCounter } from "../../../src/proxy/count/local-counter";
import { countTokens } from "../../../src/translate/count-tokens";
import { loadTokenizer } from "../../../src/translate/load-tokenizer";

// Opening a thread takes as long as the tokenizer's tables do.
setDefaultTimeout(60_000);

const encode = (text: string) => new TextEncoder().encode(text);
const hello = { messages: [{ role: "user", content: "hello there, how are you?" }] };
const megabyte = { messages: [{ role: "user", content: "the quick brown fox ".repeat(50_000) }] };

function open(options: { workerUrl?: string; idleMs?: number } = {}) {
  const bugs: string[] = [];
  return { bugs, counter: new LocalCounter({ ...options, reportBug: (error) => bugs.push(String(error)) }) };
}

test("many counts at once, the first one included, leave the event loop its turns", async () => {
  const { counter, bugs } = open();
  let turns = 0;
  const ticker = setInterval(() => turns++);
  const body = encode(JSON.stringify(megabyte));
  const counts = await Promise.all(Array.from({ length: 10 }, () => counter.count(body)));
  clearInterval(ticker);
  expect(turns).toBeGreaterThan(50);
  expect(counts).toEqual(Array(10).fill(countTokens(megabyte, await loadTokenizer())));

  // What cannot be read is estimated; each count goes to whoever asked for it.
  const broken = `{"${"x".repeat(298)}`;
  const texts = [JSON.stringify(hello), broken, JSON.stringify(hello), "{}"];
  const [one, two, three, four] = await Promise.all(texts.map((text) => counter.count(encode(text))));
  expect(two).toBe(100);
  expect(three).toBe(one ?? 0);
  expect([one, four]).toEqual([countTokens(hello, await loadTokenizer()), 1]);
  expect(bugs).toEqual([]);
});

test("a thread that was let go while idle comes back", async () => {
  const { counter, bugs } = open({ idleMs: 0 });
  const body = encode(JSON.stringify(hello));
  const first = await counter.count(body);
  await new Promise((resolve) => setTimeout(resolve));
  expect(await counter.count(body)).toBe(first);
  expect(bugs).toEqual([]);
});

test("without its thread there is an estimate, and a word in the log", async () => {
  const { counter, bugs } = open({ workerUrl: new URL("./no-such-worker.ts", import.meta.url).href });
  const counts = await Promise.all([counter.count(encode("{}")), counter.count(new Uint8Array(3000))]);
  expect(counts).toEqual([1, 1000]);
  expect(bugs[0]).toContain("Tokens cannot be counted");
});
