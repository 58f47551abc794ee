// The record of requests through the dashboard's API: lists, figures, the timeline and the export.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { BreakdownRow, Figures, RequestPage, RequestRow, Timeline } from "../../src/server/contract";
import { errorBody } from "../support/anthropic-answers";
import { until } from "../support/gate";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";

setDefaultTimeout(30_000);

describe("requests", () => {
  let proxy: ProxySetup;
  const ids: string[] = [];
  const get = async <T>(path: string): Promise<T> => {
    const answer = await proxy.send(`/dashboard/api${path}`);
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.json<T & Record<string, unknown>>();
  };
  const idsOf = (page: RequestPage) => page.rows.map((row) => row.id);

  beforeAll(async () => {
    proxy = await startProxy();
    const send = async (options: Parameters<typeof proxy.message>[0]) => {
      ids.unshift((await proxy.message(options)).header("x-cf-request-id") ?? "");
    };
    await send({ model: opus });
    await send({ model: sonnet, headers: { "user-agent": "=cmd|' /C calc'!A0,\"x\"/1.0" } });
    proxy.upstream.next(
      { key: "alpha" },
      json(429, errorBody("rate_limit_error", "Slow down"), { "retry-after": "60" }),
    );
    await send({ model: opus });
    proxy.upstream.next({}, json(400, errorBody("invalid_request_error", "max_tokens: too large")));
    await send({ model: opus });
    // Rows are written in batches.
    await until("all are kept", async () => (await get<RequestPage>("/requests")).rows.length === 4);
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  test("come the newest first, page by page", async () => {
    expect(idsOf(await get<RequestPage>("/requests"))).toEqual(ids);
    const first = await get<RequestPage>("/requests?limit=3");
    expect(idsOf(first)).toEqual(ids.slice(0, 3));
    const second = await get<RequestPage>(`/requests?limit=3&before=${first.next}`);
    expect(idsOf(second)).toEqual(ids.slice(3));
    expect(second.next).toBeNull();
  });

  test.each([
    ["model=claude-sonnet-4-6", [2]],
    ["key=beta", [0, 1]],
    ["service=rotated", [1]],
    ["service=failed", [0]],
    ["search=rate+limited", [0, 1]],
    ["profile=other", []],
    ["provider=openai", []],
    ["since=2000-01-01T00:00:00Z&until=2000-01-02T00:00:00Z", []],
    ["key=beta&service=failed", [0]],
  ])("are filtered by %s", async (query, expected) => {
    const found = idsOf(await get<RequestPage>(`/requests?${query}`));
    expect(found.map((id) => ids.indexOf(id))).toEqual(expected);
  });

  test("can be asked for one by one", async () => {
    const row = await get<RequestRow>(`/requests/${ids[1]}`);
    expect(row).toMatchObject({ service: "rotated", key: "beta" });
    expect(row.attempts.map(({ key, reason }) => [key, reason])).toEqual([
      ["alpha", "rate_limited"],
      ["beta", "ok"],
    ]);
    for (const id of ["req_cf_nothing", "..%2f..%2fsnapshot", "%00", "x".repeat(5000)]) {
      const answer = await proxy.send(`/dashboard/api/requests/${id}`);
      expect([answer.status, answer.json<{ error: { code: string } }>().error.code]).toEqual([
        404,
        "no_such_request",
      ]);
    }
  });

  test("are summed up by period and by what they have in common", async () => {
    const figures = await get<Figures>("/figures?bucket=hour");
    expect(figures.totals).toMatchObject({ requests: 4, asked: 2, rotated: 1, failed: 1 });
    expect(figures.series.length).toBeOneOf([24, 25]);
    expect(figures.series.reduce((sum, { totals }) => sum + totals.requests, 0)).toBe(4);
    const byKey = await get<BreakdownRow[]>("/breakdown?by=key&service=asked");
    expect(byKey.map(({ name, totals }) => [name, totals.requests])).toEqual([["alpha", 2]]);
    expect(byKey[0]?.latency.totalMs?.p50).toBeGreaterThan(0);
  });

  test.each([
    ["1h", 60],
    ["24h", 96],
  ])("lie on a timeline of %s", async (range, bars) => {
    const timeline = await get<Timeline>(`/timeline?range=${range}`);
    expect(timeline.histogram.length).toBe(bars);
    expect(Date.parse(timeline.until) - Date.parse(timeline.since)).toBe(bars * timeline.bucketMs);
    expect(Date.parse(timeline.until)).toBeGreaterThan(Date.now());
    expect(timeline.histogram.reduce((sum, bar) => sum + bar.asked + bar.rotated + bar.failed, 0)).toBe(4);
  });

  test("are exported as CSV that no spreadsheet takes for formulas", async () => {
    const answer = await proxy.send("/dashboard/api/usage.csv");
    expect(answer.header("content-type")).toContain("text/csv");
    expect(answer.header("content-disposition")).toContain("attachment");
    const lines = answer.text.split("\r\n");
    expect(lines.length).toBe(6);
    expect(lines[0]).toStartWith("id,at,profile,client,");
    expect(lines.slice(1, 5).map((line) => line.split(",")[0])).toEqual(ids);
    expect(answer.text).not.toMatch(/(?:^|,)"?[=+@]/m);
    const narrowed = await proxy.send("/dashboard/api/usage.csv?service=rotated");
    expect(narrowed.text.trimEnd().split("\r\n").length).toBe(2);
  });
});
