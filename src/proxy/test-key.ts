// Tests a key, when its owner asks for it: one cheap request at the key's own upstream that spends nothing.
import type { Config, Key } from "../config/types";
import { quoteUpstream } from "../engine/quote-upstream";
import type { HeaderReader, Timestamp } from "../engine/types";
import { redactKnown } from "../redact";
import { version } from "../version";
import { type BaseUrl, openAiTarget, parseBaseUrl, targetFor } from "./base-url";
import { Exchange } from "./exchange";
import { hideToken } from "./hide-token";
import type { WireRequest } from "./http1/connection";
import type { ConnectionPool } from "./http1/connection-pool";
import { type Judgement, judgeKeyTest, type TestAnswer } from "./judge-key-test";
import { isChatGptToken, readChatGptClaims } from "./providers/openai-key";
import { buildHead } from "./upstream-headers";

export interface KeyTest extends Judgement {
  /** HTTP status; null where there was none. */
  readonly status: number | null;
  /** Milliseconds until the answer was there; null where none came. */
  readonly latencyMs: number | null;
  /** Milliseconds that this machine's clock is ahead of the server's; null where the answer names no time. */
  readonly clockAheadMs: number | null;
  /** What was asked; null where nothing was. */
  readonly url: string | null;
  /** The ChatGPT account that the token names; its end is `until` then. */
  readonly account: string | null;
}

export interface TestTools {
  readonly connections: ConnectionPool;
  readonly now: () => Timestamp;
}

interface TimedAnswer extends TestAnswer {
  status: number | null;
  latencyMs: number | null;
  clockAheadMs: number | null;
}

interface TestRequest {
  /** Path and query, as on the request line. */
  target: string;
  wire: WireRequest;
}

/** A person waits: the config's own limits hold only where they are shorter. In milliseconds. */
const longestConnectMs = 10_000;
const longestAnswerMs = 15_000;
const longestBodyMs = 10_000;
/** Bytes. The model lists of large gateways have about a megabyte. */
const longestBody = 16 * 1_048_576;
/** The model that is asked for least: https://github.com/anthropics/claude-code/issues/40515 */
const countedModel = "claude-haiku-4-5";
const userAgent = `claude-failover/${version}`;
const nothingAsked = { status: null, latencyMs: null, clockAheadMs: null, url: null };

/** `token`: the key's secret, resolved. Does not throw for what an upstream does, and shows no part of the token. */
export async function testKey(key: Key, token: string, config: Config, tools: TestTools): Promise<KeyTest> {
  if (isChatGptToken(key, token)) return readSubscription(token, tools.now());
  const ofProvider = key.provider === "anthropic" ? config.anthropicBaseUrl : config.openaiBaseUrl;
  const base = parseBaseUrl(key.baseUrl ?? ofProvider);
  const request = key.provider === "anthropic" ? askAnthropic(key, token, base) : askOpenAi(token, base);
  const answer = await ask(request.wire, base, token, config, tools);
  const { status, latencyMs, clockAheadMs } = answer;
  const url = quoteUpstream(redactKnown(base.origin.key + request.target, [token]));
  const judgement = judgeKeyTest(answer, key, tools.now());
  const words = redactKnown(judgement.words, [token]);
  const test = { ...judgement, words, status, latencyMs, clockAheadMs, url, account: null };
  if (test.result !== "ok" || test.words !== "" || key.provider === "anthropic") return test;
  if (!(await answersAnybody(base, config, tools))) return test;
  return { ...test, words: "this server answers without a key too, so that proves no key" };
}

/** What its backend offers for messages costs something of the subscription; the token itself tells when it ends. */
function readSubscription(token: string, now: Timestamp): KeyTest {
  const { accountId: account, expiresAt: until } = readChatGptClaims(token);
  const facts = { ...nothingAsked, until, account };
  if (until !== null && until <= now) return { ...facts, result: "expired", words: "" };
  if (account === null) {
    const words = "the token names no ChatGPT account; the access token of a subscription does";
    return { ...facts, result: "unexpected", words };
  }
  const words = "only a real request shows whether ChatGPT takes it, and what is left of its limits";
  return { ...facts, result: "untested", words };
}

/** The list of models names no model that could be gone; a subscription's token may be for messages alone. */
function askAnthropic(key: Key, token: string, base: BaseUrl): TestRequest {
  const counts = key.type === "oauth" && token.startsWith("sk-ant-oat");
  const target = targetFor(base, counts ? "/v1/messages/count_tokens" : "/v1/models?limit=1");
  const message = { model: countedModel, messages: [{ role: "user", content: "x" }] };
  const body = counts ? new TextEncoder().encode(JSON.stringify(message)) : null;
  const method = counts ? "POST" : "GET";
  const client = new Headers({
    accept: "application/json",
    "anthropic-version": "2023-06-01",
    "user-agent": userAgent,
  });
  if (counts) client.set("content-type", "application/json");
  const credential = { provider: key.provider, type: key.type, token };
  const options = { method, target, host: base.host, bodyLength: body?.length ?? null, readable: true };
  return { target, wire: { method, head: buildHead(client, credential, options), body } };
}

/** `token`: null sends none. OpenRouter lists its models to anybody, but has a page about the key itself. */
function askOpenAi(token: string | null, base: BaseUrl): TestRequest {
  const target = openAiTarget(base, base.origin.host === "openrouter.ai" ? "/key" : "/models");
  const lines = [
    `GET ${target} HTTP/1.1`,
    `host: ${base.host}`,
    ...(token === null ? [] : [`authorization: Bearer ${token}`]),
    "accept: application/json",
    "accept-encoding: identity",
    `user-agent: ${userAgent}`,
  ];
  return { target, wire: { method: "GET", head: `${lines.join("\r\n")}\r\n\r\n`, body: null } };
}

/** Local servers and some gateways list their models to anybody: then the list proves nothing. */
async function answersAnybody(base: BaseUrl, config: Config, tools: TestTools): Promise<boolean> {
  const { host } = base.origin;
  if (host === "api.openai.com" || host.endsWith(".api.openai.com")) return false;
  const { outcome } = await ask(askOpenAi(null, base).wire, base, "", config, tools);
  return outcome.kind === "success";
}

async function ask(
  request: WireRequest,
  base: BaseUrl,
  token: string,
  { timeouts }: Config,
  { connections, now }: TestTools,
): Promise<TimedAnswer> {
  const exchange = new Exchange(false);
  const startedAt = now();
  const deadlines = {
    connectMs: Math.min(timeouts.connectMs, longestConnectMs),
    firstByteMs: Math.min(timeouts.firstByteMs, longestAnswerMs),
  };
  exchange.start(connections, base.origin, request, deadlines, true);
  const outcome = hideToken(await exchange.outcome, token);
  const latencyMs = Math.max(0, now() - startedAt);
  const body = outcome.kind === "success" ? await readWhole(exchange) : null;
  exchange.abort();
  return {
    outcome,
    body: body === null ? null : redactKnown(body, [token]),
    ...("status" in outcome
      ? {
          status: outcome.status,
          latencyMs,
          clockAheadMs: clockAhead(outcome.headers, now() - latencyMs / 2),
        }
      : { status: null, latencyMs: null, clockAheadMs: null }),
  };
}

/** `sentAt`: about when the server wrote its Date header, by our clock. The header knows whole seconds only. */
function clockAhead(headers: HeaderReader, sentAt: Timestamp): number | null {
  const date = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(date) ? null : Math.round(sentAt - (date + 500));
}

/** null: too long, cut, or not there in time. */
function readWhole(exchange: Exchange): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const settle = (body: string | null) => {
      clearTimeout(timer);
      resolve(body);
    };
    const timer = setTimeout(() => settle(null), longestBodyMs);
    exchange.deliver({
      onData: (chunk) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > longestBody) settle(null);
      },
      onEnd: () => settle(Buffer.concat(chunks).toString("utf8")),
      onFail: () => settle(null),
    });
  });
}
