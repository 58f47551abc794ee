// Bytes and headers in both directions: routing.md section 3, product.md section 6, wire.md A1, A8.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { errorBody, messageBody } from "../support/anthropic-answers";
import type { HeaderList } from "../support/http-message-reader";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { readRecordedRequests } from "../support/recorded-requests";
import { json, respond } from "../support/replies";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

// One upstream call a test: the state of the keys plays no part, so all share two processes, one test at a time.
let proxy: ProxySetup;
let oauth: ProxySetup;

beforeAll(async () => {
  [proxy, oauth] = await Promise.all([
    startProxy({ keys: ["alpha"] }),
    startProxy({ keys: { alpha: { type: "oauth" } } }),
  ]);
});

afterAll(async () => {
  await Promise.all([proxy[Symbol.asyncDispose](), oauth[Symbol.asyncDispose]()]);
});

const recorded = readRecordedRequests().filter((request) => request.url.startsWith("/v1/messages"));

function hasEmptySignature(value: unknown): boolean {
  return JSON.stringify(value).includes('"signature":""');
}

/** Headers that are between two neighbours, or that the proxy replaces, so not compared. */
const notCompared = new Set([
  "host",
  "connection",
  "content-length",
  "accept-encoding",
  "authorization",
  "x-api-key",
  "anthropic-beta",
]);

test.each(recorded.map((request) => [request.name, request] as const))(
  "recorded request %s: body, query and headers arrive as they were sent",
  async (_name, request) => {
    for (const setup of [proxy, oauth]) {
      const { host: _host, "content-length": _length, connection: _connection, ...headers } = request.headers;
      const answer = await setup.send(request.url, { method: "POST", headers, body: request.bytes });
      expect(answer.status).toBe(200);
      const sent = setup.upstream.last;
      expect(sent.target).toBe(request.url);
      if (hasEmptySignature(request.body))
        expect(hasEmptySignature(JSON.parse(sent.body.toString()))).toBe(false);
      else expect(sent.body.equals(Buffer.from(request.bytes))).toBe(true);
      for (const [name, value] of Object.entries(headers)) {
        if (!notCompared.has(name)) expect([name, sent.header(name)]).toEqual([name, value]);
      }
      const betas = (headers["anthropic-beta"] ?? "")
        .split(",")
        .filter((beta) => beta !== "oauth-2025-04-20");
      const expected = setup === oauth ? [...betas, "oauth-2025-04-20"] : betas;
      const sentBetas = (sent.header("anthropic-beta") ?? "").split(",").map((beta) => beta.trim());
      expect(sentBetas.toSorted()).toEqual(expected.toSorted());
    }
  },
);

test("a thinking block with an empty signature is taken out, everything else stays", async () => {
  const messages = [
    { role: "user", content: "Hi" },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "made elsewhere", signature: "" },
        { type: "text", text: "Hello" },
      ],
    },
    { role: "user", content: "More" },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "the real one", signature: "EqQBCkYIBRgCKkA=" },
        { type: "text", text: "Yes" },
      ],
    },
    { role: "user", content: 'The text {"type":"thinking","signature":""} is no block' },
  ];
  await proxy.message({ fields: { messages } });
  const sent = JSON.parse(proxy.upstream.last.body.toString());
  expect(sent.messages).toEqual([
    messages[0],
    { role: "assistant", content: [{ type: "text", text: "Hello" }] },
    ...messages.slice(2),
  ]);
});

const oddBodies: [string, string][] = [
  [
    "white space everywhere",
    ' \r\n\t{ "model" :\t"claude-opus-4-6" ,\n\n "max_tokens":  1 , "messages" : [ ] }\n\n',
  ],
  ["an escape in the model", '{"model":"claude-\\u006fpus-4-6","max_tokens":1,"messages":[]}'],
  [
    "big and odd numbers",
    '{"model":"claude-opus-4-6","a":12345678901234567890.12345678901234567890,"b":1e400,"c":-0,"d":1.0,"e":1E+2}',
  ],
  [
    "the model last, after others of that name",
    '{"metadata":{"model":"x"},"messages":[{"model":"y","content":"\\"model\\":\\"z\\""}],"model":"claude-opus-4-6"}',
  ],
  ["keys in an odd order and twice", '{"z":1,"messages":[],"a":2,"z":3,"model":"claude-opus-4-6","B":4}'],
  [
    "non-ASCII raw and escaped",
    '{"model":"claude-opus-4-6","messages":[{"role":"user","content":"Grüße 東京 🗼 \\u00e9 \\ud83d\\uddfc \\/ \u2028"}]}',
  ],
  ["a lone surrogate", '{"model":"claude-opus-4-6","messages":[{"role":"user","content":"\\ud800"}]}'],
  [
    "braces and quotes in strings",
    '{"messages":[{"content":"}]\\\\\\"{ \\\\"}],"model":"claude-opus-4-6","stream":false}',
  ],
  ["deep nesting", `{"model":"claude-opus-4-6","x":${"[".repeat(500)}${"]".repeat(500)}}`],
  ["an empty key and an empty model", '{"":1,"model":"","messages":[]}'],
  ["a model that is not ASCII", '{"model":"模型-ü","messages":[]}'],
];

test.each(oddBodies)("a body with %s arrives byte for byte", async (_name, body) => {
  for (const path of ["/v1/messages", "/v1/messages/count_tokens"]) {
    const answer = await proxy.send(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(answer.status).toBe(200);
    expect(proxy.upstream.last.body.toString()).toBe(body);
  }
});

test.each([[1], [9], [4096]])("a body sent in chunks of %d bytes arrives byte for byte", async (chunked) => {
  const body = JSON.stringify({ model: opus, messages: [{ role: "user", content: "ü".repeat(3000) }] });
  await proxy.send("/v1/messages", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    chunked,
  });
  expect(proxy.upstream.last.body.toString()).toBe(body);
});

test.each([
  ["plain", '{"model":"claude-opus-4-6","max_tokens":1.50,"messages":[]}', '"claude-opus-4-6"'],
  ["spaced", '{ "max_tokens" : 1 , "model" :  "claude-opus-4-6"  , "b":1e400}\n', '"claude-opus-4-6"'],
  ["escaped", '{"model":"claude-\\u006fpus-4-6","x":"\\u00e9"}', '"claude-\\u006fpus-4-6"'],
  [
    "after others of that name",
    '{"metadata":{"model":"claude-opus-4-6"},"messages":[{"content":"\\"model\\":\\"claude-opus-4-6\\""}],"model": "claude-opus-4-6"}',
    ' "claude-opus-4-6"',
  ],
])("a model fallback changes the bytes of the model and nothing else (%s)", async (_name, body, asked) => {
  await using own = await startProxy({ keys: ["alpha"], config: { modelFallback: { [opus]: sonnet } } });
  own.upstream.always(
    { model: opus },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" }),
  );
  const answer = await own.send("/v1/messages", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(answer.header("x-cf-model")).toBe(sonnet);
  const at = body.lastIndexOf(asked);
  const replaced = asked.replace(/"[^"]*"$/, `"${sonnet}"`);
  expect(own.upstream.last.body.toString()).toBe(
    body.slice(0, at) + replaced + body.slice(at + asked.length),
  );
});

test("a fallback to an older model takes out what that model refuses", async () => {
  await using own = await startProxy({
    keys: ["alpha"],
    config: { modelFallback: { "claude-opus-5-5": "claude-haiku-4-5" } },
  });
  own.upstream.always(
    { model: "claude-opus-5-5" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" }),
  );
  const request = recorded.find((one) => one.name === "hello");
  if (request === undefined) throw new Error("The recorded request hello is missing");
  for (let count = 0; count < 2; count++) {
    const answer = await own.send(request.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "anthropic-beta": request.headers["anthropic-beta"] ?? "",
      },
      body: request.bytes,
    });
    expect(answer.header("x-cf-model")).toBe("claude-haiku-4-5");
  }
  const [, first, second] = own.upstream.requests.map((one) => one.body.toString());
  const sent = JSON.parse(first ?? "");
  expect(sent.max_tokens).toBeLessThanOrEqual(64_000);
  expect(sent.thinking?.type).not.toBe("adaptive");
  if (sent.thinking?.type === "enabled") expect(sent.thinking.budget_tokens).toBeLessThan(sent.max_tokens);
  expect(sent.output_config?.effort).toBeUndefined();
  expect(sent.messages.map((message: { role: string }) => message.role)).not.toContain("system");
  expect(sent.tools).toEqual(request.body?.tools);
  // The same way in every turn, or the prompt cache is lost.
  expect(second).toBe(first ?? "");
});

// --- Request headers.

async function sendHeaders(setup: ProxySetup, headers: HeaderList): Promise<HeaderList> {
  await setup.send("/v1/messages?beta=true", {
    method: "POST",
    headers: [["content-type", "application/json"], ...headers],
    body: JSON.stringify({ model: opus, max_tokens: 1, messages: [] }),
  });
  return setup.upstream.last.headers;
}

const valuesOf = (headers: HeaderList, name: string) =>
  headers.filter((header) => header[0].toLowerCase() === name).map((header) => header[1]);

const clientCredentials: [string, HeaderList][] = [
  ["no credentials", []],
  ["x-api-key", [["x-api-key", "sk-ant-api03-client"]]],
  ["Bearer", [["authorization", "Bearer sk-ant-client"]]],
  [
    "both",
    [
      ["x-api-key", "sk-ant-api03-client"],
      ["Authorization", "Bearer sk-ant-client"],
    ],
  ],
  [
    "both, repeated",
    [
      ["X-API-KEY", "one"],
      ["x-api-key", "two"],
      ["AUTHORIZATION", "Bearer three"],
    ],
  ],
];

test.each(clientCredentials)(
  "a client with %s: exactly one credential leaves, the key's own",
  async (_name, credentials) => {
    const asApiKey = await sendHeaders(proxy, credentials);
    expect(valuesOf(asApiKey, "x-api-key")).toEqual([tokenFor("alpha")]);
    expect(valuesOf(asApiKey, "authorization")).toEqual([]);
    const asBearer = await sendHeaders(oauth, credentials);
    expect(valuesOf(asBearer, "authorization")).toEqual([`Bearer ${tokenFor("alpha", "oauth")}`]);
    expect(valuesOf(asBearer, "x-api-key")).toEqual([]);
  },
);

test("the client's credentials reach nowhere at all", async () => {
  const sent = await sendHeaders(proxy, [
    ["x-api-key", "client-secret-one"],
    ["authorization", "Bearer client-secret-two"],
    ["proxy-authorization", "Basic client-secret-three"],
  ]);
  expect(JSON.stringify(sent)).not.toContain("client-secret");
});

const betas: [string, string[], string[], string[]][] = [
  ["none", [], [], ["oauth-2025-04-20"]],
  ["others", ["a-1,b-2"], ["a-1", "b-2"], ["a-1", "b-2", "oauth-2025-04-20"]],
  ["the oauth one last", ["a-1,oauth-2025-04-20"], ["a-1"], ["a-1", "oauth-2025-04-20"]],
  [
    "the oauth one in the middle",
    ["a-1, oauth-2025-04-20 , b-2"],
    ["a-1", "b-2"],
    ["a-1", "oauth-2025-04-20", "b-2"],
  ],
  ["only the oauth one", ["oauth-2025-04-20"], [], ["oauth-2025-04-20"]],
  [
    "one that only looks like it",
    ["oauth-2025-04-20x"],
    ["oauth-2025-04-20x"],
    ["oauth-2025-04-20x", "oauth-2025-04-20"],
  ],
  ["two lines", ["a-1", "b-2,oauth-2025-04-20"], ["a-1", "b-2"], ["a-1", "b-2", "oauth-2025-04-20"]],
];

test.each(betas)("anthropic-beta with %s", async (_name, given, forApiKey, forOauth) => {
  const headers = given.map((value): [string, string] => ["anthropic-beta", value]);
  const items = (list: HeaderList) =>
    valuesOf(list, "anthropic-beta")
      .filter((value) => value !== "")
      .flatMap((value) => value.split(",").map((item) => item.trim()));
  const asApiKey = await sendHeaders(proxy, headers);
  expect(items(asApiKey)).toEqual(forApiKey);
  if (forApiKey.length === 0) expect(valuesOf(asApiKey, "anthropic-beta")).toEqual([]);
  expect(items(await sendHeaders(oauth, headers))).toEqual(forOauth);
});

test("anthropic-beta is verbatim where nothing has to change", async () => {
  const odd = "b-2 ,a-1,,  c-3";
  expect(valuesOf(await sendHeaders(proxy, [["anthropic-beta", odd]]), "anthropic-beta")).toEqual([odd]);
});

test("every anthropic-*, x-stainless-*, x-claude-code-* and unknown header goes through verbatim", async () => {
  const headers: HeaderList = [
    ["anthropic-version", "2026-10-21"],
    ["anthropic-dangerous-direct-browser-access", "true"],
    ["anthropic-workspace-id", "wrkspc_01"],
    ["anthropic-something-new", 'a, b;c="d"'],
    ["x-claude-code-session-id", "ac14942e-b2ec-452c-b3fc-8b39c4ad02fe"],
    ["x-stainless-retry-count", "0"],
    ["x-app", "cli"],
    ["user-agent", "claude-cli/2.1.330 (external, cli)"],
    ["accept", "application/json"],
    ["x-unknown", "1"],
  ];
  const sent = await sendHeaders(proxy, headers);
  for (const [name, value] of headers) expect([name, valuesOf(sent, name)]).toEqual([name, [value]]);
});

test("no anthropic-version is invented", async () => {
  expect(valuesOf(await sendHeaders(proxy, []), "anthropic-version")).toEqual([]);
});

test("x-cf-*, hop-by-hop headers and what connection names stay here", async () => {
  const sent = await sendHeaders(proxy, [
    ["x-cf-fallback", "off"],
    ["x-cf-key", "alpha"],
    ["X-CF-Anything", "1"],
    ["connection", "keep-alive, x-only-for-you"],
    ["x-only-for-you", "1"],
    ["keep-alive", "timeout=5"],
    ["te", "trailers"],
    ["proxy-connection", "keep-alive"],
    ["proxy-authorization", "Basic abc"],
  ]);
  const names = sent.map((header) => header[0].toLowerCase());
  expect(names.filter((name) => name.startsWith("x-cf-"))).toEqual([]);
  for (const name of ["x-only-for-you", "keep-alive", "te", "proxy-connection", "proxy-authorization"]) {
    expect(names).not.toContain(name);
  }
  expect(valuesOf(sent, "connection").join()).not.toContain("x-only-for-you");
  expect(valuesOf(sent, "host")).toEqual([`127.0.0.1:${proxy.upstream.port}`]);
  expect(valuesOf(sent, "content-length")).toHaveLength(1);
});

test.each([["?beta=true"], ["?beta=true&x=%2F%20+&y=&&z=%C3%BC"], ["?"], [""]])(
  "the query %p is kept",
  async (query) => {
    await proxy.send("/", {
      target: `/v1/messages${query}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: opus, messages: [] }),
    });
    const sent = proxy.upstream.last;
    expect(sent.path).toBe("/v1/messages");
    expect(sent.query === query || (query === "?" && sent.query === "")).toBe(true);
  },
);

test.each([["/gateway/anthropic"], ["/gateway/anthropic/"]])(
  "a path in the base URL is kept (%s)",
  async (path) => {
    await using own = await startProxy();
    await using pathed = await startProxy({
      keys: { alpha: { baseUrl: `${own.upstream.url}${path}` } },
    });
    expect((await pathed.message()).status).toBe(200);
    await pathed.send("/v1/models");
    expect(own.upstream.requests.map((request) => request.path)).toEqual([
      "/gateway/anthropic/v1/messages",
      "/gateway/anthropic/v1/models",
    ]);
  },
);

// --- Responses.

test("response headers arrive as the upstream sent them, less what is between neighbours", async () => {
  const kept: [string, string][] = [
    ["request-id", "req_011"],
    ["anthropic-organization-id", "org_1"],
    ["anthropic-ratelimit-requests-remaining", "17"],
    ["anthropic-ratelimit-unified-status", "allowed_warning"],
    ["content-type", "application/json; charset=utf-8"],
    ["cf-ray", "9abc-ZRH"],
    ["x-should-retry", "false"],
    ["etag", 'W/"1"'],
  ];
  const dropped: [string, string][] = [
    ["access-control-allow-origin", "*"],
    ["Access-Control-Expose-Headers", "request-id"],
    ["keep-alive", "timeout=5"],
    ["connection", "keep-alive, x-neighbour"],
    ["x-neighbour", "1"],
    ["proxy-authenticate", "Basic"],
    ["x-cf-key", "forged"],
  ];
  const cookies: [string, string][] = [
    ["set-cookie", "a=1; Path=/"],
    ["set-cookie", "b=2; Path=/"],
  ];
  proxy.upstream.next({}, respond({ json: messageBody(), headers: [...kept, ...cookies, ...dropped] }));
  const answer = await proxy.message();
  for (const [name, value] of kept) expect([name, answer.headerValues(name)]).toEqual([name, [value]]);
  expect(answer.headerValues("set-cookie")).toEqual(["a=1; Path=/", "b=2; Path=/"]);
  const names = answer.headers.map((header) => header[0].toLowerCase());
  expect(names.filter((name) => name.startsWith("access-control-"))).toEqual([]);
  expect(names).not.toContain("proxy-authenticate");
  expect(names).not.toContain("x-neighbour");
  expect(answer.headerValues("x-cf-key")).toEqual(["alpha"]);
  expect(answer.text).toBe(JSON.stringify(messageBody()));
});

test("bytes that are not UTF-8 arrive as they are", async () => {
  const bytes = Buffer.from([0x7b, 0x7d, 0xff, 0xfe, 0x00, 0x80, 0x0a]);
  proxy.upstream.next({}, respond({ parts: [bytes], headers: { "content-type": "application/json" } }));
  expect((await proxy.message()).body.equals(bytes)).toBe(true);
});

test.each([[301], [302], [307], [308]])("a %d is returned, not followed", async (status) => {
  const location = `${proxy.upstream.url}/elsewhere?x=1`;
  for (const request of [() => proxy.message(), () => proxy.send("/v1/files")]) {
    proxy.upstream.next({}, respond({ status, text: "moved", headers: { location } }));
    const before = proxy.upstream.requests.length;
    const answer = await request();
    expect(answer.status).toBe(status);
    expect(answer.header("location")).toBe(location);
    expect(proxy.upstream.requests.length).toBe(before + 1);
  }
});

test("a model name with control characters or non-ASCII is forwarded as it is and escaped in our headers", async () => {
  for (const model of ["模型-ü", "a\nx-injected: 1\r\n\r\nb", "tab\there", "null\u0000"]) {
    const answer = await proxy.message({ model });
    expect(answer.status).toBe(200);
    expect(proxy.upstream.last.model).toBe(model);
    expect(answer.header("x-cf-model")).toMatch(/^[\x20-\x7e]+$/);
    expect(answer.header("x-injected")).toBeNull();
  }
});

test("a label in any script does not get into a header", async () => {
  await using own = await startProxy({ keys: { alpha: { label: "仕事 🗝" } } });
  const answer = await own.message();
  expect(answer.status).toBe(200);
  for (const [name, value] of answer.headers) expect(`${name}: ${value}`).toMatch(/^[\x20-\x7e]+$/);
  expect((await own.keyHealth("alpha")).label).toBe("仕事 🗝");
});
