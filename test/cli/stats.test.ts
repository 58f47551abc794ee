// cf stats and cf why, beside a record that a proxy has left.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSince } from "../../src/cli/parse-since";
import type { RequestRow } from "../../src/state/ledger/types";
import { batchOf, openTestStore } from "../state/ledger/open-store";
import { attemptRow, requestRow } from "../support/request-rows";
import { type CliHome, makeCliHome } from "./spawn-cli";

let cli: CliHome;

beforeEach(async () => {
  cli = await makeCliHome();
  mkdirSync(cli.home, { recursive: true });
});

afterEach(() => cli[Symbol.asyncDispose]());

const now = Date.now();
const limited = attemptRow({
  key: "personal",
  status: 429,
  reason: "rate_limited",
  words: "rate limited",
  until: new Date(now + 60_000).toISOString(),
  ms: 210,
});

function record(rows: RequestRow[]): void {
  using opened = openTestStore(join(cli.home, "state.db"));
  opened.store.write(batchOf(rows), now, false);
  opened.store.checkpoint();
}

test("stats: sums and a table, and the same as JSON", async () => {
  const fallback = requestRow({
    at: now - 2000,
    service: "fell_back",
    modelServed: "claude-haiku-4-5",
    key: "work",
    attempts: [limited, attemptRow({ key: "work", model: "claude-haiku-4-5" })],
  });
  record([requestRow({ at: now - 1000 }), fallback, requestRow({ at: now - 9 * 86_400_000 })]);
  const { code, stdout, stderr } = await cli.run(["stats", "--by", "key"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("2 · 1 as asked (50 %) · 1 fell back (50 %)");
  expect(stdout).toContain("1 error that no client saw");
  expect(stdout).toMatch(/work +1 +– +– +1 +– /);
  const json = JSON.parse((await cli.run(["stats", "--since", "30d", "--by", "model", "--json"])).stdout);
  expect(json.totals).toMatchObject({ requests: 3, fellBack: 1, hiddenErrors: 1 });
  expect(json.rows.map((row: { name: string }) => row.name)).toEqual(["claude-opus-4-6", "claude-haiku-4-5"]);
});

test("stats without a record, and of one that cannot be read", async () => {
  expect(await cli.run(["stats"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Nothing was recorded"),
  });
  writeFileSync(join(cli.home, "state.db"), "no database ".repeat(500));
  const broken = await cli.run(["stats"]);
  expect(broken.code).toBe(1);
  expect(broken.stderr).toContain("state.db cannot be read");
  expect(broken.stderr).not.toContain("\n    at ");
});

test("why: the story of a fallback in words, found by the beginning of its id", async () => {
  const row = requestRow({
    at: now - 1000,
    service: "fell_back",
    modelServed: "gpt-6.1-sol",
    provider: "openai",
    key: "gpt",
    attempts: [
      { ...limited, skipped: true },
      attemptRow({ key: "work", status: 529, reason: "overloaded", words: "overloaded", ms: 90 }),
      attemptRow({ key: "gpt", model: "gpt-6.1-sol", provider: "openai", adjusted: ["top_k left out"] }),
    ],
  });
  record([row]);
  const { code, stdout } = await cli.run(["why", row.id.slice(0, 24)]);
  expect(code).toBe(0);
  expect(stdout).toContain("claude-cli/2.1.0 asked for claude-opus-4-6, as a stream.");
  expect(stdout).toContain("personal for claude-opus-4-6: passed over, it rested: rate limited; until");
  expect(stdout).toContain("work for claude-opus-4-6: asked after 2 ms, 529 in 90 ms: overloaded.");
  expect(stdout).toContain("No key was left for claude-opus-4-6: fell back to gpt-6.1-sol at OpenAI.");
  expect(stdout).toContain("For this model: top_k left out.");
  expect(stdout).toContain("Served after a fallback by gpt with gpt-6.1-sol (200, stop reason end_turn).");
  expect(stdout).toContain("Cost: $0.0123; the cache saved $0.0045.");
  expect(JSON.parse((await cli.run(["why", row.id, "--json"])).stdout)).toEqual(row);
});

test("why: an id that is none, unknown, or the beginning of several", async () => {
  record([requestRow({ at: now }), requestRow({ at: now })]);
  expect((await cli.run(["why", "what?"])).code).toBe(2);
  expect((await cli.run(["why"])).code).toBe(2);
  const unknown = await cli.run(["why", "req_cf_ffffff"]);
  expect([unknown.code, unknown.stdout]).toEqual([1, ""]);
  const several = await cli.run(["why", "req_cf_0"]);
  expect(several.code).toBe(2);
  expect(several.stderr).toContain("Several ids begin");
});

test.each([
  ["24h", now - 86_400_000],
  ["30m", now - 1_800_000],
  ["1.5d", now - 129_600_000],
  ["today", new Date(now).setHours(0, 0, 0, 0)],
  ["2026-01-02", new Date(2026, 0, 2).getTime()],
  ["2026-01-02T03:04", new Date(2026, 0, 2, 3, 4).getTime()],
  ["2026-01-02t03:04:05z", Date.UTC(2026, 0, 2, 3, 4, 5)],
])("--since %s", (text, at) => {
  expect(parseSince(text, now)).toBe(at);
});

test.each(["", "24", "h", "-1h", "0h", "tomorrow", "2999-01-01", "2026-13-40", "9999999w"])(
  "--since %p is refused",
  (text) => {
    expect(() => parseSince(text, now)).toThrow("--since");
  },
);
