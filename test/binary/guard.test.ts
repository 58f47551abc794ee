// Who is let in: Host, Origin, Sec-Fetch-Site, client token, malformed requests (product.md section 5 and 6).
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnCf } from "../support/cf-process";
import { findFreePort } from "../support/free-port";
import { errorOf, keysOf, opus, type ProxySetup, startProxy } from "../support/proxy-setup";
import { type RequestOptions, sendRaw, sendRawInTurn } from "../support/raw-client";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

const body = JSON.stringify({ model: opus, max_tokens: 1, messages: [] });
const post = (headers: Record<string, string>): RequestOptions => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body,
});

describe("without a client token", () => {
  let proxy: ProxySetup;

  beforeAll(async () => {
    proxy = await startProxy({
      config: { allowedHosts: ["cf.test"], allowedOrigins: ["https://app.test", "http://localhost:5173"] },
    });
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  const routes: [string, string][] = [
    ["POST", "/v1/messages"],
    ["POST", "/v1/messages/count_tokens"],
    ["GET", "/v1/models"],
    ["GET", "/v1/files"],
    ["GET", "/health"],
    ["GET", "/metrics"],
    ["GET", "/"],
    ["HEAD", "/"],
    ["GET", "/dashboard/"],
    ["GET", "/dashboard/api/state"],
    ["GET", "/nowhere"],
  ];

  async function expectRefused(method: string, path: string, headers: Record<string, string>): Promise<void> {
    const calls = proxy.upstream.requests.length;
    const answer = await proxy.send(path, { method, headers, ...(method === "POST" ? { body } : {}) });
    expect([method, path, answer.status]).toEqual([method, path, 403]);
    const cors = answer.headers.filter((header) => header[0].toLowerCase().startsWith("access-control-"));
    expect(cors).toEqual([]);
    expect(proxy.upstream.requests.length).toBe(calls);
    if (method !== "HEAD" && path.startsWith("/v1")) {
      expect(answer.json().type).toBe("error");
      expect(errorOf(answer).type).toBe("permission_error");
    }
  }

  test.each(routes)("a foreign Host is refused on %s %s", async (method, path) => {
    await expectRefused(method, path, {
      host: `evil.example:${proxy.port}`,
      "content-type": "application/json",
    });
  });

  test.each(routes)("a foreign Origin is refused on %s %s", async (method, path) => {
    await expectRefused(method, path, { origin: "https://evil.example", "content-type": "application/json" });
  });

  const hosts: [string, (port: number) => string][] = [
    ["no port", () => "127.0.0.1"],
    ["localhost without a port", () => "localhost"],
    ["another port", (port) => `127.0.0.1:${port + 1}`],
    ["an empty value", () => ""],
    ["a name that begins like ours", (port) => `localhost.evil.example:${port}`],
    ["an address in a name", (port) => `127.0.0.1.nip.io:${port}`],
    ["a user before the name", (port) => `evil.example@127.0.0.1:${port}`],
    ["another loopback address", (port) => `127.0.0.2:${port}`],
    ["0.0.0.0", (port) => `0.0.0.0:${port}`],
    ["a decimal address", (port) => `2130706433:${port}`],
    ["a port with a tail", (port) => `localhost:${port}0`],
  ];

  test.each(hosts)("Host with %s is refused", async (_name, host) => {
    await expectRefused("POST", "/v1/messages", {
      host: host(proxy.port),
      "content-type": "application/json",
    });
  });

  test.each([
    ["localhost", (port: number) => `localhost:${port}`],
    ["127.0.0.1", (port: number) => `127.0.0.1:${port}`],
    ["[::1]", (port: number) => `[::1]:${port}`],
    ["LOCALHOST", (port: number) => `LOCALHOST:${port}`],
    ["an allowed name", (port: number) => `cf.test:${port}`],
  ])("Host %s is let in", async (_name, host) => {
    const answer = await proxy.send("/v1/messages", post({ host: host(proxy.port) }));
    expect(answer.status).toBe(200);
  });

  test("a request without Host is refused", async () => {
    const calls = proxy.upstream.requests.length;
    const answer = await sendRaw(
      proxy.port,
      `POST /v1/messages HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(proxy.upstream.requests.length).toBe(calls);
  });

  test.each([
    ["null"],
    ["http://evil.example"],
    ["https://app.test.evil.example"],
    ["http://app.test"],
    ["http://127.0.0.1:1"],
    ["http://localhost"],
    ["file://"],
  ])("Origin %s is refused", async (origin) => {
    await expectRefused("POST", "/v1/messages", { origin, "content-type": "application/json" });
    await expectRefused("GET", "/health", { origin });
  });

  test("our own origin on another port is refused", async () => {
    await expectRefused("POST", "/v1/messages", { origin: `http://127.0.0.1:${proxy.port + 1}` });
  });

  test.each([
    ["our own address", (port: number) => `http://127.0.0.1:${port}`],
    ["our own name", (port: number) => `http://localhost:${port}`],
    ["an allowed origin", () => "https://app.test"],
    ["an allowed origin with a port", () => "http://localhost:5173"],
  ])("Origin that is %s is let in", async (_name, origin) => {
    const answer = await proxy.send("/v1/messages", post({ origin: origin(proxy.port) }));
    expect(answer.status).toBe(200);
  });

  test("an allowed origin is let in although the browser calls it cross-site", async () => {
    const headers = { origin: "https://app.test", "sec-fetch-site": "cross-site" };
    expect((await proxy.send("/v1/messages", post(headers))).status).toBe(200);
  });

  test.each([["cross-site"], ["same-site"]])("Sec-Fetch-Site: %s is refused", async (site) => {
    await expectRefused("POST", "/v1/messages", {
      "sec-fetch-site": site,
      "content-type": "application/json",
    });
    await expectRefused("GET", "/v1/models", { "sec-fetch-site": site });
  });

  test.each([["same-origin"], ["none"]])("Sec-Fetch-Site: %s is let in", async (site) => {
    expect((await proxy.send("/v1/messages", post({ "sec-fetch-site": site }))).status).toBe(200);
  });

  test("a text/plain POST from a page, which needs no preflight, is refused", async () => {
    await expectRefused("POST", "/v1/messages", {
      origin: "https://evil.example",
      "content-type": "text/plain",
    });
    await expectRefused("POST", "/v1/messages", {
      "sec-fetch-site": "cross-site",
      "content-type": "text/plain",
    });
  });

  test.each([["/v1/messages"], ["/health"], ["/dashboard/api/keys"]])(
    "a preflight for %s gets no CORS headers",
    async (path) => {
      await expectRefused("OPTIONS", path, {
        origin: "https://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-api-key",
      });
    },
  );

  test("answers to a plain client carry no CORS headers", async () => {
    for (const answer of [await proxy.send("/v1/messages", post({})), await proxy.send("/health")]) {
      expect(
        answer.headers.filter((header) => header[0].toLowerCase().startsWith("access-control-")),
      ).toEqual([]);
    }
  });

  const head = (extra: string) =>
    `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:${proxy.port}\r\n${extra}\r\n`;
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const malformed: [string, () => string][] = [
    [
      "two Hosts, ours first",
      () => `${head(`host: evil.example\r\ncontent-length: ${body.length}\r\n`)}${body}`,
    ],
    [
      "two Hosts, ours last",
      () =>
        `POST /v1/messages HTTP/1.1\r\nhost: evil.example\r\nhost: 127.0.0.1:${proxy.port}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    ],
    [
      "a space before the colon of Host",
      () => `GET /v1/files HTTP/1.1\r\nhost : 127.0.0.1:${proxy.port}\r\n\r\n`,
    ],
    [
      "two different lengths",
      () => `${head(`content-length: ${body.length}\r\ncontent-length: 5\r\n`)}${body}`,
    ],
    ["a negative length", () => `${head("content-length: -5\r\n")}${body}`],
    ["a length that is no number", () => `${head("content-length: 5x\r\n")}${body}`],
    ["an unknown transfer coding", () => `${head("transfer-encoding: xchunked\r\n")}${chunk}`],
    ["a broken chunk size", () => `${head("transfer-encoding: chunked\r\n")}zz\r\n${body}\r\n0\r\n\r\n`],
    ["CONNECT", () => `CONNECT evil.example:443 HTTP/1.1\r\nhost: 127.0.0.1:${proxy.port}\r\n\r\n`],
    ["something that is not HTTP", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"],
  ];

  test.each(malformed)("%s: refused without a call", async (_name, request) => {
    const calls = proxy.upstream.requests.length;
    const answer = await sendRaw(proxy.port, request());
    expect(answer === "" || /^HTTP\/1\.1 [45]\d\d /.test(answer)).toBe(true);
    expect(proxy.upstream.requests.length).toBe(calls);
    expect((await proxy.send("/health")).status).toBe(200);
  });

  test("a request hidden behind a length and a chunked coding is not smuggled", async () => {
    const calls = proxy.upstream.requests.length;
    const hidden = `GET /v1/hidden HTTP/1.1\r\nhost: 127.0.0.1:${proxy.port}\r\n\r\n`;
    await sendRaw(
      proxy.port,
      `${head(`content-length: ${chunk.length + hidden.length}\r\ntransfer-encoding: chunked\r\n`)}${chunk}${hidden}`,
    );
    const made = proxy.upstream.requests.slice(calls);
    expect(made.length).toBeLessThanOrEqual(1);
    expect(made.map((request) => request.path)).not.toContain("/v1/hidden");
  });

  test.each([["/v1/../health"], ["/v1/%2e%2e/admin"], ["//v1/messages"], ["/v1//../../x"], ["/V1/messages"]])(
    "the target %s does not leave /v1 upstream",
    async (target) => {
      const calls = proxy.upstream.requests.length;
      await proxy.send("/", { target });
      for (const request of proxy.upstream.requests.slice(calls)) {
        expect(new URL(request.target, "http://upstream").pathname).toStartWith("/v1/");
      }
    },
  );

  test("a connection serves one request after the other", async () => {
    const calls = proxy.upstream.requests.length;
    const one = `${head(`content-type: application/json\r\ncontent-length: ${body.length}\r\n`)}${body}`;
    const answers = await sendRawInTurn(proxy.port, [one, one, one], "}}");
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
    expect(proxy.upstream.requests.length).toBe(calls + 3);
  });
});

describe("with a client token", () => {
  const clientToken = "let-me-in-7c1f9a";
  let proxy: ProxySetup;

  beforeAll(async () => {
    proxy = await startProxy({ config: { clientToken } });
  });
  afterAll(() => proxy[Symbol.asyncDispose]());

  const v1: [string, string][] = [
    ["POST", "/v1/messages"],
    ["POST", "/v1/messages/count_tokens"],
    ["GET", "/v1/models"],
    ["GET", "/v1/files"],
  ];

  test.each(v1)("%s %s wants the token", async (method, path) => {
    const calls = proxy.upstream.requests.length;
    const wrong: Record<string, string>[] = [
      {},
      { "x-api-key": "wrong" },
      { authorization: "Bearer wrong" },
      { authorization: clientToken },
      { authorization: `Basic ${clientToken}` },
      { "x-api-key": `${clientToken}x` },
      { "x-api-key": clientToken.slice(0, -1) },
      { "x-api-key": "" },
      { "x-api-key": tokenFor("alpha") },
    ];
    for (const headers of wrong) {
      const answer = await proxy.send(path, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(method === "POST" ? { body } : {}),
      });
      expect([headers, answer.status]).toEqual([headers, 401]);
      expect(errorOf(answer).type).toBe("authentication_error");
      expect(answer.text).not.toContain(clientToken);
    }
    expect(proxy.upstream.requests.length).toBe(calls);
  });

  test.each([
    ["x-api-key", { "x-api-key": clientToken }],
    ["Bearer", { authorization: `Bearer ${clientToken}` }],
    ["bearer in lower case", { authorization: `bearer ${clientToken}` }],
    ["Bearer beside another x-api-key", { "x-api-key": "other", authorization: `Bearer ${clientToken}` }],
  ])("the token as %s is let in and goes no further", async (_name, headers: Record<string, string>) => {
    const answer = await proxy.send("/v1/messages", post(headers));
    expect(answer.status).toBe(200);
    expect(JSON.stringify(proxy.upstream.last.headers)).not.toContain(clientToken);
    expect(proxy.upstream.last.header("x-api-key")).toBe(tokenFor("alpha"));
  });

  test("/health stays open, but says only status and version", async () => {
    const answer = await proxy.send("/health");
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json()).sort()).toEqual(["status", "version"]);
  });

  test("/metrics and the dashboard are closed", async () => {
    for (const path of ["/metrics", "/dashboard/api/state"]) {
      expect((await proxy.send(path)).status).toBeGreaterThanOrEqual(400);
    }
  });

  test("the token does not open the door to a foreign Host or Origin", async () => {
    const headers = { "x-api-key": clientToken };
    expect((await proxy.send("/v1/messages", post({ ...headers, host: "evil.example" }))).status).toBe(403);
    expect(
      (await proxy.send("/v1/messages", post({ ...headers, origin: "https://evil.example" }))).status,
    ).toBe(403);
  });
});

describe("binding to other interfaces", () => {
  const config = (port: number, fields: Record<string, unknown>) => ({
    profiles: { default: { port } },
    keys: keysOf(["alpha"]),
    anthropicBaseUrl: "http://127.0.0.1:9",
    ...fields,
  });

  test.each([["0.0.0.0"], ["::"], ["192.168.1.5"]])(
    "host %s without a client token is refused",
    async (host) => {
      await using cf = await spawnCf({ config: config(await findFreePort(), { host }) });
      const { code, stderr } = await cf.exited;
      expect(code).toBe(2);
      expect(stderr).toContain("clientToken");
      expect(stderr).toMatch(/config\.json:\d+/);
    },
  );

  test("host 0.0.0.0 with a client token serves, and still wants Host and token", async () => {
    await using proxy = await startProxy({ config: { host: "0.0.0.0", clientToken: "let-me-in-7c1f9a" } });
    const token = { "x-api-key": "let-me-in-7c1f9a" };
    expect((await proxy.send("/v1/messages", post(token))).status).toBe(200);
    expect((await proxy.send("/v1/messages", post({}))).status).toBe(401);
    expect((await proxy.send("/v1/messages", post({ ...token, host: "evil.example" }))).status).toBe(403);
  });
});
