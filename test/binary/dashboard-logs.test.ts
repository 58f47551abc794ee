// The log in the dashboard: filtered, live, through rotations, and at the pace of whoever reads.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { LogLines } from "../../src/server/contract";
import { until } from "../support/gate";
import { type ProxySetup, startProxy } from "../support/proxy-setup";
import { type OpenAnswer, open } from "../support/raw-client";
import { json } from "../support/replies";

setDefaultTimeout(30_000);

const limited = json(429, { type: "error" }, { "retry-after": "60" });

async function linesOf(proxy: ProxySetup, query = ""): Promise<LogLines["lines"]> {
  const answer = await proxy.send(`/dashboard/api/logs${query}`);
  expect(answer.status).toBe(200);
  return answer.json<LogLines & Record<string, unknown>>().lines;
}

function streamed(answer: OpenAnswer): LogLines["lines"] {
  const blocks = answer.received.toString().split("\n\n").slice(0, -1);
  return blocks.flatMap((block) =>
    block.startsWith("data: ") ? (JSON.parse(block.slice(6)) as LogLines).lines : [],
  );
}

describe("the log", () => {
  let proxy: ProxySetup;
  let rotated = "";
  beforeAll(async () => {
    proxy = await startProxy();
    await proxy.message();
    proxy.upstream.next({ key: "alpha" }, limited);
    rotated = (await proxy.message()).header("x-cf-request-id") ?? "";
    proxy.upstream.next({}, json(400, { type: "error", error: { type: "x", message: "Not like this" } }));
    await proxy.message();
    await until("everything is logged", async () => (await linesOf(proxy, "?search=Not+like")).length === 1);
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  test("comes in the order of the file, its last lines only", async () => {
    const all = await linesOf(proxy);
    expect(all[0]).toMatchObject({ level: "info", message: "started" });
    expect(all.map((line) => line.time)).toEqual(all.map((line) => line.time).toSorted());
    expect(await linesOf(proxy, "?limit=2")).toEqual(all.slice(-2));
    expect(await linesOf(proxy, "?limit=0")).toEqual([]);
  });

  test.each([
    ["level=warn", 1],
    ["level=error", 0],
    ["key=alpha", 3],
    ["key=beta&level=warn", 1],
    ["search=NOT+LIKE+this", 1],
    ["search=nowhere", 0],
  ])("is filtered by %s", async (query, expected) => {
    const found = await linesOf(proxy, `?${query}`);
    expect(found.filter((line) => line.message === "request").length).toBe(expected);
  });

  test("is filtered by request", async () => {
    const found = await linesOf(proxy, `?request=${rotated}`);
    expect(found.map((line) => line.fields.key)).toEqual(["beta"]);
  });

  test("goes on live, with the filter, from the last lines on", async () => {
    const answer = await open(`${proxy.url}/dashboard/api/logs/stream?key=beta&limit=1`);
    expect(answer.header("content-type")).toContain("text/event-stream");
    await until("the last line", () => streamed(answer).length === 1);
    const id = (await proxy.message()).header("x-cf-request-id");
    await until("the new line", () => streamed(answer).length === 2);
    expect(streamed(answer)[1]?.fields.id).toBe(id);
    answer.abort();
  });

  test.each(["/logs?level=loud", "/logs?limit=5000", "/logs/stream?lines=3"])(
    "%s is refused",
    async (path) => {
      expect((await proxy.send(`/dashboard/api${path}`)).status).toBe(400);
    },
  );

  test("streams are bounded, and free again when their viewers leave", async () => {
    const url = `${proxy.url}/dashboard/api/logs/stream?limit=0`;
    const viewers = await Promise.all(Array.from({ length: 32 }, () => open(url)));
    const refused = await open(url);
    expect(refused.status).toBe(503);
    viewers[0]?.abort();
    await until("a place is free", async () => {
      const next = await open(url);
      viewers.push(next);
      return next.status === 200;
    });
    for (const viewer of viewers) viewer.abort();
  });
});

test("a reader that does not read holds the file back and not the memory, and misses nothing", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { logLevel: "debug" } });
  const slow = await open(`${proxy.url}/dashboard/api/logs/stream?limit=0`);
  await until("the stream is open", () => slow.status === 200);
  slow.pause();
  const path = `${proxy.cf.home}/logs/cf.log`;
  const filler = "x".repeat(2000);
  const lines = Array.from({ length: 10_000 }, (_, count) =>
    JSON.stringify({ time: new Date().toISOString(), level: "info", message: `line ${count}`, filler }),
  );
  const { appendFile } = await import("node:fs/promises");
  await until("the first lines are written", () => Bun.file(path).exists());
  await appendFile(path, `${lines.join("\n")}\n`);
  // The proxy goes on meanwhile.
  expect((await proxy.message()).status).toBe(200);
  slow.resume();
  await slow.readUntil("line 9999", 20_000);
  const numbers = streamed(slow).flatMap(({ message }) => /^line (\d+)$/.exec(message)?.[1] ?? []);
  expect(numbers.length).toBe(10_000);
  expect(numbers).toEqual(numbers.map((_, index) => String(index)));
  slow.abort();
});

test("rotations in between lose no line", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { maxLogSize: 2000 } });
  const answer = await open(`${proxy.url}/dashboard/api/logs/stream?limit=0`);
  const ids: string[] = [];
  for (let count = 0; count < 12; count += 1) {
    ids.push((await proxy.message()).header("x-cf-request-id") ?? "");
    await until("the line is there", () => streamed(answer).some((line) => line.fields.id === ids.at(-1)));
  }
  expect(await Bun.file(`${proxy.cf.home}/logs/cf.log.1`).exists()).toBe(true);
  const seen = streamed(answer).flatMap((line) =>
    line.message === "request" ? [String(line.fields.id)] : [],
  );
  expect(seen).toEqual(ids);
  answer.abort();
});

test("a log that is not there is empty", async () => {
  await using proxy = await startProxy({ config: { logLevel: "error" } });
  expect(await linesOf(proxy)).toEqual([]);
});
