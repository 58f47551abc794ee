// What is kept is kept by value: the proxy uses its memory again, and a part must not hold the whole.
import { expect, test } from "bun:test";
import { CapturedExchange } from "../../src/state/body-capture";

test.each([
  ["a short body", 1000],
  ["a body longer than what is kept", 2_000_000],
])("%s and its answer outlive the memory that they came in", (_name, size) => {
  const body = Buffer.alloc(size, "a");
  const answer = Buffer.alloc(size, "b");
  const kept = new CapturedExchange("req_cf_1", new Headers(), body);
  kept.append(answer);
  body.fill("x");
  answer.fill("x");
  const parts = [kept.requestHead, kept.requestTail, kept.responseBody];
  expect(
    parts.map((bytes) =>
      Buffer.from(bytes)
        .toString()
        .replace(/(.)\1*/g, "$1"),
    ),
  ).toEqual(["a", size > 1000 ? "a" : "", "b"]);
});
