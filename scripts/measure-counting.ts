// Measures how long a local token count of a megabyte takes, for texts that are easy and hard for the tokenizer.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countTokens } from "../src/translate/count-tokens";
import { loadTokenizer } from "../src/translate/load-tokenizer";

const megabyte = 1_000_000;
const aimMs = 100;
const rounds = 5;
const types = join(import.meta.dir, "..", "node_modules", "bun-types");

const fill = (text: string) => text.repeat(Math.ceil(megabyte / text.length)).slice(0, megabyte);
const prose = readFileSync(join(types, "docs", "runtime", "http", "server.mdx"), "utf8");
const texts = {
  prose: fill(prose),
  code: fill(readFileSync(join(types, "bun.d.ts"), "utf8")),
  "one letter": fill("a"),
  spaces: fill(" "),
  base64: fill(Buffer.from(prose).toString("base64")),
  // Three bytes a character.
  Japanese: fill("漢字仮名交じり文を数える、").slice(0, megabyte / 3),
};

const tokenize = await loadTokenizer();
for (const [name, content] of Object.entries(texts)) {
  const request = { messages: [{ role: "user", content }] };
  let tokens = 0;
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    tokens = countTokens(request, tokenize);
    return performance.now() - began;
  }).sort((one, other) => one - other);
  const median = times[Math.floor(rounds / 2)] ?? 0;
  console.log(
    `${name.padEnd(12)} ${median.toFixed(0).padStart(5)} ms  ${tokens} tokens  ${median < aimMs ? "ok" : `above ${aimMs} ms`}`,
  );
}
