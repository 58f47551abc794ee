import { expect, test } from "bun:test";
import { LocalCounter } from "../../src/proxy/local-counter";

const encode = (body: unknown) => new TextEncoder().encode(JSON.stringify(body));
const hello = { messages: [{ role: "user", content: "hello" }] };

test("many counts at once leave the event loop its turns", async () => {
  const counter = new LocalCounter();
  await counter.count(encode(hello));
  let turns = 0;
  const ticker = setInterval(() => turns++);
  const megabyte = { messages: [{ role: "user", content: "the quick brown fox ".repeat(50_000) }] };
  const counts = await Promise.all(Array.from({ length: 10 }, () => counter.count(encode(megabyte))));
  clearInterval(ticker);
  expect(new Set(counts).size).toBe(1);
  expect(turns).toBeGreaterThanOrEqual(9);
});

test("a body that is no JSON fails alone", async () => {
  const counter = new LocalCounter();
  const broken = counter.count(new TextEncoder().encode("{"));
  const whole = counter.count(encode(hello));
  expect(await broken.then(String, () => "refused")).toBe("refused");
  expect(await whole).toBeGreaterThan(0);
});
