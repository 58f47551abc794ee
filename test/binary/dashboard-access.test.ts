// The dashboard's page, its headers, and who gets to see what (product.md sections 4 to 6), on the compiled binary.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { type ProxySetup, startProxy } from "../support/proxy-setup";
import { type Answer, type RequestOptions, send } from "../support/raw-client";

setDefaultTimeout(30_000);

const clientToken = "cf-client-token-6Tz9pLq2WmXv";

function postJson(body: unknown, headers: Record<string, string> = {}): RequestOptions {
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

function expectGuardedHeaders(answer: Answer): void {
  const policy = answer.header("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  expect(answer.header("x-content-type-options")).toBe("nosniff");
  expect(answer.header("referrer-policy")).toBe("no-referrer");
  expect(answer.header("x-frame-options")).toBe("DENY");
  expect(answer.headers.filter(([name]) => name.toLowerCase().startsWith("access-control-"))).toEqual([]);
}

function assetsOf(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
}

describe("without a client token", () => {
  let proxy: ProxySetup;
  beforeAll(async () => {
    proxy = await startProxy();
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  test("the page runs no inline script or style, and everything it loads is there and ours", async () => {
    const page = await proxy.send("/dashboard/");
    expect(page.status).toBe(200);
    expect(page.header("content-type")).toBe("text/html;charset=utf-8");
    expect(page.header("cache-control")).toBe("no-cache");
    expectGuardedHeaders(page);
    expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/i);
    const assets = assetsOf(page.text);
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const path of assets) {
      expect(path).toMatch(/^\/dashboard\/assets\/[\w.-]+$/);
      const asset = await proxy.send(path);
      expect([path, asset.status]).toEqual([path, 200]);
      expect(asset.header("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(asset.body.length).toBeGreaterThan(0);
      expectGuardedHeaders(asset);
    }
  });

  test.each(["/dashboard/requests", "/dashboard/requests/req_cf_1?tab=curl", "/dashboard/keys/a.b"])(
    "the address %s of a view answers the page",
    async (path) => {
      const [page, view] = [await proxy.send("/dashboard/"), await proxy.send(path)];
      expect([view.status, view.text]).toEqual([200, page.text]);
      expectGuardedHeaders(view);
    },
  );

  test("/dashboard leads to /dashboard/", async () => {
    const answer = await proxy.send("/dashboard");
    expect([answer.status, answer.header("location")]).toEqual([308, "/dashboard/"]);
    const root = await proxy.send("/");
    expect([root.status, root.header("location")]).toEqual([302, "/dashboard/"]);
  });

  test("files are compressed for those who take it, and not sent again to those who have them", async () => {
    const plain = await proxy.send("/dashboard/");
    const zipped = await proxy.send("/dashboard/", { headers: { "accept-encoding": "br, gzip;q=0.8" } });
    expect(zipped.header("content-encoding")).toBe("gzip");
    expect(zipped.header("vary")).toBe("Accept-Encoding");
    expect(gunzipSync(zipped.body).toString()).toBe(plain.text);
    const refused = await proxy.send("/dashboard/", { headers: { "accept-encoding": "gzip;q=0, identity" } });
    expect([refused.header("content-encoding"), refused.text]).toEqual([null, plain.text]);
    const etag = plain.header("etag") ?? "";
    expect(etag).toMatch(/^"\w+"$/);
    const same = await proxy.send("/dashboard/", { headers: { "if-none-match": `"x", W/${etag}` } });
    expect([same.status, same.body.length, same.header("etag")]).toEqual([304, 0, etag]);
    expectGuardedHeaders(same);
    const other = await proxy.send("/dashboard/", { headers: { "if-none-match": '"other"' } });
    expect(other.status).toBe(200);
  });

  test.each([
    ["GET", "/dashboard/assets/nothing.js", 404],
    ["GET", "/dashboard/assets/", 404],
    ["GET", "/dashboard/assets/../../etc/passwd", 404],
    ["GET", "/dashboard/assets/..%2f..%2fsrc%2fmain.ts", 404],
    ["GET", "/dashboard/api/api", 404],
    ["POST", "/dashboard/api", 404],
    ["GET", "/dashboard/api/nothing", 404],
    ["GET", "/dashboard/api/constructor", 404],
    ["POST", "/dashboard/api/nothing", 404],
    ["POST", "/dashboard/api/snapshot", 404],
    ["POST", "/dashboard/", 404],
    ["DELETE", "/dashboard/api/snapshot", 404],
  ])("%s %s is not there, told as JSON", async (method, path, status) => {
    const options = method === "GET" ? {} : { ...postJson({}), method };
    const answer = await send(proxy.url, { ...options, target: path });
    const page = await proxy.send("/dashboard/");
    if (path.includes("/../")) {
      // Resolved by then: outside of the dashboard there is nothing either.
      expect([answer.status, answer.text.includes("root:")]).toEqual([status, false]);
      return;
    }
    expect([answer.status, answer.header("content-type")]).toEqual([
      status,
      "application/json;charset=utf-8",
    ]);
    expect(answer.json<{ error: { code: string } }>().error.code).toBe("not_found");
    expect(answer.text).not.toBe(page.text);
    expectGuardedHeaders(answer);
  });

  test("HEAD answers like GET without a body, also for the stream that would not end", async () => {
    for (const path of ["/dashboard/", "/dashboard/api/snapshot", "/dashboard/api/events"]) {
      const answer = await proxy.send(path, { method: "HEAD" });
      expect([path, answer.status, answer.body.length]).toEqual([path, 200, 0]);
      expectGuardedHeaders(answer);
    }
  });

  test.each([
    ["text/plain", "text/plain"],
    ["a form", "application/x-www-form-urlencoded"],
    ["JSON in disguise", "text/plain; application/json"],
    ["nothing", null],
  ])("a change sent as %s is refused", async (_name, type) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const headers = type === null ? {} : { "content-type": type };
      const answer = await proxy.send("/dashboard/api/login", { method, headers, body: '{"token":"x"}' });
      expect([method, answer.status]).toEqual([method, 415]);
      expect(answer.json<{ error: { code: string } }>().error.code).toBe("json_required");
    }
  });

  test.each([
    ["another host (DNS rebinding)", { host: "evil.example" }],
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["another port of this machine", { "sec-fetch-site": "same-site" }],
    ["another port's origin", { origin: "http://localhost:3000" }],
    ["an opaque origin", { origin: "null" }],
  ])("a request from %s is refused everywhere", async (_name, headers) => {
    for (const path of ["/dashboard/", "/dashboard/api/snapshot", "/dashboard/api/events"]) {
      const answer = await proxy.send(path, { headers });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.header("access-control-allow-origin")).toBeNull();
    }
    const login = await proxy.send("/dashboard/api/login", postJson({ token: "x" }, headers));
    expect(login.status).toBe(403);
  });

  test("our own page's requests are let in", async () => {
    const headers = { origin: proxy.url, "sec-fetch-site": "same-origin" };
    expect((await proxy.send("/dashboard/api/snapshot", { headers })).status).toBe(200);
  });

  test("nobody asks for a token, and to sign in does nothing", async () => {
    const answer = await proxy.send("/dashboard/api/login", postJson({ token: "whatever" }));
    expect([answer.status, answer.header("set-cookie")]).toEqual([204, null]);
  });

  test.each([
    ["no JSON", "{", "body"],
    ["nothing", "", "body"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22]), "body"],
    ["another kind", "[]", "body"],
    ["a field too few", "{}", "body.token"],
    ["a field too many", '{"token":"x","__proto__x":1}', "body.__proto__x"],
    ["a wrong field", '{"token":7}', "body.token"],
  ])("bad input (%s) names its place", async (_name, body, path) => {
    const headers = { "content-type": "application/json" };
    const answer = await proxy.send("/dashboard/api/login", { method: "POST", headers, body });
    expect(answer.status).toBe(400);
    expect(answer.json<{ error: { code: string; path: string } }>().error).toMatchObject({
      code: "invalid_input",
      path,
    });
  });

  test.each([
    ["/requests?limit=0", "query.limit"],
    ["/requests?limit=501", "query.limit"],
    ["/requests?limit=1e2", "query.limit"],
    ["/requests?limit=10&limit=20", "query.limit"],
    ["/requests?models=x", "query.models"],
    ["/requests?__proto__=x", "query.__proto__"],
    ["/requests?service=none", "query.service"],
    ["/requests?since=yesterday", "query.since"],
    ["/requests?until=-1", "query.until"],
    [`/requests?search=${"x".repeat(300)}`, "query.search"],
    ["/figures?bucket=week", "query.bucket"],
    ["/figures?since=2026-01-02&until=2026-01-01", "query.until"],
    ["/figures?since=2020-01-01&until=2026-01-01&bucket=minute", "query.bucket"],
    ["/breakdown", "query.by"],
    ["/breakdown?by=token", "query.by"],
    ["/timeline?range=2h", "query.range"],
    ["/usage.csv?since=2026-02-30x", "query.since"],
    ["/snapshot?x=1", "query.x"],
    ["/events?last=1", "query.last"],
  ])("a bad query names its place: %s", async (path, place) => {
    const answer = await proxy.send(`/dashboard/api${path}`);
    expect(answer.status).toBe(400);
    expect(answer.json<{ error: { code: string; path: string } }>().error).toMatchObject({
      code: "invalid_input",
      path: place,
    });
  });

  test("a misspelt parameter is told what was meant", async () => {
    const answer = await proxy.send("/dashboard/api/requests?modle=x");
    expect(answer.json<{ error: { hint: string } }>().error.hint).toBe("Did you mean model?");
  });

  test("a body without end is cut off", async () => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ token: "x".repeat(1_100_000) });
    const stated = await proxy.send("/dashboard/api/login", { method: "POST", headers, body });
    expect(stated.status).toBe(413);
    const chunked = await proxy.send("/dashboard/api/login", {
      method: "POST",
      headers,
      body,
      chunked: 65_536,
    });
    expect(chunked.status).toBe(413);
  });
});

describe("pages that may use the API", () => {
  let proxy: ProxySetup;
  beforeAll(async () => {
    const allowed = { allowedHosts: ["cf.test"], allowedOrigins: ["https://app.test", "https://cf.test"] };
    proxy = await startProxy({ config: allowed });
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  test("neither read nor change the dashboard, and get no CORS headers from it", async () => {
    const headers = { origin: "https://app.test" };
    expect((await proxy.message({ headers })).header("access-control-allow-origin")).toBe("https://app.test");
    for (const path of ["/dashboard/", "/dashboard/api/snapshot", "/dashboard?x", "/dashboard/api/config"]) {
      const answer = await proxy.send(path, { headers });
      expect([path, answer.status, answer.header("access-control-allow-origin")]).toEqual([path, 403, null]);
    }
    const preflight = { ...headers, "access-control-request-method": "POST" };
    const asked = await proxy.send("/dashboard/api/keys", { method: "OPTIONS", headers: preflight });
    expect([asked.status, asked.header("access-control-allow-methods")]).toEqual([403, null]);
    const added = await proxy.send("/dashboard/api/keys", postJson({ token: "sk-ant-api03-x" }, headers));
    expect(added.status).toBe(403);
  });

  test("our own page behind a reverse proxy is still ours", async () => {
    const headers = { host: "cf.test", origin: "https://cf.test", "sec-fetch-site": "same-origin" };
    expect((await proxy.send("/dashboard/api/snapshot", { headers })).status).toBe(200);
    const other = { ...headers, origin: "https://app.test" };
    expect((await proxy.send("/dashboard/api/snapshot", { headers: other })).status).toBe(403);
  });
});

describe("with a client token", () => {
  let proxy: ProxySetup;
  beforeAll(async () => {
    proxy = await startProxy({ config: { clientToken } });
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  async function signIn(token = clientToken): Promise<string> {
    const answer = await proxy.send("/dashboard/api/login", postJson({ token }));
    expect(answer.status).toBe(204);
    return answer.headerValues("set-cookie")[0] ?? "";
  }

  test("the page answers 401 with itself, its files are open, its API is not", async () => {
    const page = await proxy.send("/dashboard/");
    expect([page.status, page.header("etag")]).toEqual([401, null]);
    expectGuardedHeaders(page);
    for (const path of assetsOf(page.text)) expect((await proxy.send(path)).status).toBe(200);
    for (const path of ["/dashboard/api/snapshot", "/dashboard/api/events", "/dashboard/api/nothing"]) {
      const answer = await proxy.send(path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.json<{ error: { code: string } }>().error.code).toBe("token_required");
    }
  });

  test.each([
    "/dashboard/%61pi/snapshot",
    "/dashboard/api/%73napshot",
    "//dashboard/api/snapshot",
    "/dashboard/x/../api/snapshot",
    "/dashboard/api/snapshot/",
    "/DASHBOARD/api/snapshot",
    "/dashboard/api/login/../snapshot",
    "/dashboard/assets/..%2fapi/snapshot",
  ])("no spelling of the path goes around it: %s", async (target) => {
    const answer = await send(proxy.url, { target });
    expect(answer.status).toBeOneOf([401, 404]);
    expect(answer.text).not.toContain('"profiles"');
  });

  test.each([
    ["x-api-key", { "x-api-key": clientToken }],
    ["Bearer", { authorization: `Bearer ${clientToken}` }],
  ])("the token counts as %s", async (_name, headers) => {
    expect((await proxy.send("/dashboard/api/snapshot", { headers })).status).toBe(200);
    expect((await proxy.send("/dashboard/", { headers })).status).toBe(200);
  });

  test("a browser signs in, is known by its cookie, and signs out for good", async () => {
    const set = await signIn();
    expect(set).toMatch(/^cf_dashboard=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/dashboard; Max-Age=\d+$/);
    expect(set).not.toContain(clientToken);
    expect((await proxy.send("/metrics")).status).toBe(401);
    const cookie = `theme=dark; ${set.split(";")[0]}`;
    expect((await proxy.send("/dashboard/api/snapshot", { headers: { cookie } })).status).toBe(200);
    expect((await proxy.send("/dashboard/", { headers: { cookie } })).status).toBe(200);
    expect((await proxy.send("/metrics", { headers: { cookie } })).status).toBe(200);
    // No web page may spend a key with it.
    const message = await proxy.message({ headers: { cookie } });
    expect(message.status).toBe(401);
    const out = await proxy.send("/dashboard/api/logout", postJson({}, { cookie }));
    expect([out.status, out.headerValues("set-cookie")]).toEqual([
      204,
      [
        "cf_dashboard=; HttpOnly; SameSite=Strict; Path=/dashboard; Max-Age=0",
        "cf_dashboard=; HttpOnly; SameSite=Strict; Path=/metrics; Max-Age=0",
      ],
    ]);
    expect((await proxy.send("/dashboard/api/snapshot", { headers: { cookie } })).status).toBe(401);
  });

  test.each([
    ["a made-up one", () => "cf_dashboard=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    ["an empty one", () => "cf_dashboard="],
    ["the token itself", () => `cf_dashboard=${clientToken}`],
    ["another name", async () => (await signIn()).split(";")[0]?.replace("cf_", "xcf_") ?? ""],
    ["a changed one", async () => `${(await signIn()).split(";")[0]?.slice(0, -2)}__`],
  ])("a cookie is not taken: %s", async (_name, make) => {
    const headers = { cookie: await make() };
    expect((await proxy.send("/dashboard/api/snapshot", { headers })).status).toBe(401);
  });

  test("guessing is slowed down, for the true token too", async () => {
    const codes = [];
    for (let guess = 0; guess < 12; guess += 1) {
      const answer = await proxy.send("/dashboard/api/login", postJson({ token: `guess ${guess}\n` }));
      codes.push(answer.status);
      if (answer.status === 429) expect(Number(answer.header("retry-after"))).toBeGreaterThan(0);
    }
    expect(codes).toEqual([...Array(10).fill(401), 429, 429]);
    expect((await proxy.send("/dashboard/api/login", postJson({ token: clientToken }))).status).toBe(429);
    // Who has the token needs no cookie.
    const headers = { "x-api-key": clientToken };
    expect((await proxy.send("/dashboard/api/snapshot", { headers })).status).toBe(200);
  });
});
