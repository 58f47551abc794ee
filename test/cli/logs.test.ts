import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFile, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/gate";
import { type CliHome, makeCliHome } from "./spawn-cli";

let cli: CliHome;
let path = "";

beforeEach(async () => {
  cli = await makeCliHome();
  path = join(cli.home, "logs", "cf.log");
});

afterEach(() => cli[Symbol.asyncDispose]());

const request = {
  time: new Date().toISOString(),
  level: "info",
  message: "request",
  ...{ id: "req_cf_1", profile: "night", endpoint: "messages", model: "claude-opus-4-6" },
  ...{ served: "claude-sonnet-4-6", key: "work", status: 200, state: "complete", queuedMs: 0, ms: 1234 },
  attempts: [
    { key: "personal", model: "claude-opus-4-6", status: 429, words: "rate limited until 14:32:10", ms: 80 },
    { key: "spare", model: "claude-opus-4-6", status: 401, words: "rejected (401)", skipped: true },
  ],
};
const event = { time: request.time, level: "warn", message: "draining", by: "SIGTERM", requests: 2 };

async function writeLog(...entries: object[]): Promise<void> {
  await mkdir(join(cli.home, "logs"), { recursive: true });
  await writeFile(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}

test("no log yet: said on stderr, exit 0", async () => {
  const { code, stdout, stderr } = await cli.run(["logs"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(stderr).toContain(`There is no log yet: ${path}`);
});

test("a request and its failed attempts read as a story, other lines with their facts", async () => {
  await writeLog(request, event);
  const { code, stdout } = await cli.run(["logs"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\d\d:\d\d:\d\d {2}info {3}claude-opus-4-6 → claude-sonnet-4-6 on work {2}200 {2}1\.2 s {2}profile night {2}req_cf_1$/m,
  );
  expect(stdout).toMatch(/^ +personal, claude-opus-4-6: 429 rate limited until 14:32:10 \(80 ms\)$/m);
  expect(stdout).toMatch(/^ +spare, claude-opus-4-6: passed over, rejected \(401\)$/m);
  expect(stdout).toMatch(/warn {3}draining {2}by=SIGTERM {2}requests=2$/m);
  expect(stdout).not.toContain("\x1b[");
});

test("an error in a stream that had begun does not look like a success", async () => {
  const failed = { ...request, level: "warn", served: null, key: null };
  await writeLog({ ...failed, state: "error" }, { ...failed, state: "error", status: 429 });
  const { stdout } = await cli.run(["logs"]);
  expect(stdout).toContain("claude-opus-4-6  200 error  1.2 s");
  expect(stdout).toContain("claude-opus-4-6  429  1.2 s");
});

test("--json gives the lines as they are; --level, --request and -n narrow them", async () => {
  await writeLog(request, event, { ...request, id: "req_cf_2" });
  const json = async (...flags: string[]) =>
    (await cli.run(["logs", "--json", ...flags])).stdout
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  expect(await json()).toEqual([request, event, { ...request, id: "req_cf_2" }]);
  expect(await json("--level", "warn")).toEqual([event]);
  expect(await json("--request", "req_cf_1")).toEqual([request]);
  expect(await json("-n", "1")).toEqual([{ ...request, id: "req_cf_2" }]);
});

test("control characters in a log line do not reach the terminal", async () => {
  await writeLog({ ...event, message: "evil \x1b]0;title\x07\x1b[31m", by: "\x1b[2J" });
  expect((await cli.run(["logs"])).stdout).not.toContain("\x1b");
});

test.each([
  [["-n", "many"], "-n must be a number"],
  [["--level", "loud"], "--level must be debug, info, warn or error"],
  [["--level", "wran"], 'Did you mean "warn"?'],
])("%j is wrong usage", async (flags, message) => {
  const { code, stderr } = await cli.run(["logs", ...flags]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test("-f goes on through a rotation, and through a file that is not there yet", async () => {
  const child = cli.spawn(["logs", "-f", "--json"]);
  let seen = "";
  const reading = (async () => {
    for await (const bytes of child.stdout) seen += new TextDecoder().decode(bytes);
  })();
  await writeLog(event);
  await until("the first line", () => seen.includes("draining"));
  await rename(path, `${path}.1`);
  await writeLog({ ...event, message: "after" });
  await until("the line after the rotation", () => seen.includes('"after"'));
  await appendFile(path, `${JSON.stringify({ ...event, message: "last" })}\n`);
  await until("the last line", () => seen.includes('"last"'));
  child.kill("SIGINT");
  await child.exited;
  await reading;
  expect(seen.trim().split("\n")).toHaveLength(3);
});

test("a reader that goes away ends it without a trace", async () => {
  await writeLog(...Array.from({ length: 500 }, () => event));
  const child = cli.spawnShell("cf logs -f -n 500 | head -2");
  const grow = setInterval(() => void appendFile(path, `${JSON.stringify(event)}\n`), 50);
  try {
    const stderr = await new Response(child.stderr).text();
    expect(await child.exited).toBe(0);
    expect(stderr).toBe("");
  } finally {
    clearInterval(grow);
  }
});
