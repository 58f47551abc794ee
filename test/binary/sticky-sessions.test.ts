// A conversation stays on the key that served it: routing.md section 5.
import { expect, setDefaultTimeout, test } from "bun:test";
import { errorBody } from "../support/anthropic-answers";
import { type MessageOptions, opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";

setDefaultTimeout(30_000);

// Rotates, but leaves no rest behind: so only the binding can keep a request off this key.
const passOver = json(429, errorBody("rate_limit_error", "Try again"), { "x-should-retry": "true" });

const sessionId = "ac14942e-b2ec-452c-b3fc-8b39c4ad02fe";
const older = `user_${"a".repeat(64)}_account__session_${sessionId}`;
const newer = JSON.stringify({ device_id: "d".repeat(64), account_uuid: "", session_id: sessionId });

/** Makes beta serve this request although alpha comes first. */
async function bindToBeta(proxy: ProxySetup, options: MessageOptions): Promise<void> {
  proxy.upstream.next({ key: "alpha" }, passOver);
  expect((await proxy.message(options)).header("x-cf-key")).toBe("beta");
}

const ways: [string, MessageOptions][] = [
  ["the session header", { headers: { "x-claude-code-session-id": sessionId } }],
  ["metadata.user_id as JSON", { fields: { metadata: { user_id: newer } } }],
  ["the older metadata.user_id", { fields: { metadata: { user_id: older } } }],
  ["system and first user message", { fields: { system: "You are a test." } }],
];

test.concurrent.each(ways)("a conversation known by %s stays on its key", async (_name, way) => {
  await using proxy = await startProxy();
  await bindToBeta(proxy, { ...way, prompt: "first message" });
  for (let turn = 0; turn < 2; turn++) {
    const messages = [
      { role: "user", content: "first message" },
      { role: "assistant", content: "An answer." },
      { role: "user", content: `turn ${turn}` },
    ];
    const answer = await proxy.message({ ...way, fields: { ...way.fields, messages } });
    expect(answer.header("x-cf-key")).toBe("beta");
  }
  expect((await proxy.message()).header("x-cf-key")).toBe("alpha");
});

test.concurrent.each(ways.slice(0, 3))(
  "a sub-agent, known by %s and another first message, is a conversation of its own",
  async (_name, way) => {
    await using proxy = await startProxy();
    await bindToBeta(proxy, { ...way, prompt: "main" });
    expect((await proxy.message({ ...way, prompt: "sub-agent" })).header("x-cf-key")).toBe("alpha");
    expect((await proxy.message({ ...way, prompt: "main" })).header("x-cf-key")).toBe("beta");
  },
);

test.concurrent("another system prompt is another conversation where nothing else names it", async () => {
  await using proxy = await startProxy();
  await bindToBeta(proxy, { prompt: "same", fields: { system: "one" } });
  expect((await proxy.message({ prompt: "same", fields: { system: "two" } })).header("x-cf-key")).toBe(
    "alpha",
  );
});

test.concurrent("a conversation is bound per model family", async () => {
  await using proxy = await startProxy();
  const headers = { "x-claude-code-session-id": sessionId };
  await bindToBeta(proxy, { headers, prompt: "main" });
  expect((await proxy.message({ headers, prompt: "main", model: sonnet })).header("x-cf-key")).toBe("alpha");
  expect((await proxy.message({ headers, prompt: "main", model: opus })).header("x-cf-key")).toBe("beta");
});

test.concurrent("when the bound key fails, the conversation moves and stays with its new key", async () => {
  await using proxy = await startProxy({ keys: ["alpha", "beta", "gamma"] });
  proxy.upstream.next({ key: "alpha" }, passOver, passOver).next({ key: "beta" }, passOver);
  proxy.upstream.next(
    { key: "gamma" },
    (exchange) => json(200, { id: exchange.request.key })(exchange),
    passOver,
  );
  const seen: (string | null)[] = [];
  for (let turn = 0; turn < 3; turn++)
    seen.push((await proxy.message({ prompt: "main" })).header("x-cf-key"));
  expect(seen).toEqual(["gamma", "beta", "beta"]);
});

test.concurrent("a bound key that cools down is left, and a resting binding costs no call", async () => {
  await using proxy = await startProxy();
  await bindToBeta(proxy, { prompt: "main" });
  proxy.upstream.next(
    { key: "beta" },
    json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" }),
  );
  expect((await proxy.message({ prompt: "main" })).header("x-cf-key")).toBe("alpha");
  expect((await proxy.message({ prompt: "main" })).header("x-cf-key")).toBe("alpha");
  expect(proxy.upstream.calls({ key: "beta" })).toHaveLength(2);
});

test.concurrent("stickySessions: false always takes the keys in order", async () => {
  await using proxy = await startProxy({ config: { stickySessions: false } });
  await bindToBeta(proxy, { prompt: "main" });
  expect((await proxy.message({ prompt: "main" })).header("x-cf-key")).toBe("alpha");
});

test.concurrent("a request for one key only does not bind the conversation against the order of a profile without it", async () => {
  await using proxy = await startProxy({ profiles: { single: { keyOrder: ["alpha"] } } });
  await bindToBeta(proxy, { prompt: "main" });
  expect((await proxy.message({ prompt: "main", profile: "single" })).header("x-cf-key")).toBe("alpha");
});
