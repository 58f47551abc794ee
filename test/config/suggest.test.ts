import { expect, test } from "bun:test";
import { suggest } from "../../src/config/suggest";

const commands = ["start", "status", "health", "add-key", "list-keys", "remove-key", "--version"];

test.each([
  ["stauts", "status"],
  ["Status", "status"],
  ["strat", "start"],
  ["addkey", "add-key"],
  ["list-key", "list-keys"],
  ["rem", "remove-key"],
  ["version", "--version"],
  ["xyzzy", null],
  ["", null],
])("%p means %p", (word, meant) => {
  expect(suggest(word, commands)).toBe(meant);
});
