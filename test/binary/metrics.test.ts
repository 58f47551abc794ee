// `GET /metrics`, read by a real parser of the Prometheus text format.
import { expect, setDefaultTimeout, test } from "bun:test";
import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { errorBody, messageBody } from "../support/anthropic-answers";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";

setDefaultTimeout(30_000);

interface Family {
  name: string;
  help: string;
  type: string;
  metrics: Metric[];
}

interface Metric {
  labels?: Record<string, string>;
  value?: string;
  buckets?: Record<string, string>;
}

const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" });

async function scrape(proxy: ProxySetup, headers: Record<string, string> = {}): Promise<Family[]> {
  const answer = await proxy.send("/metrics", { headers });
  expect(answer.status).toBe(200);
  expect(answer.header("content-type")).toStartWith("text/plain; version=0.0.4");
  return parsePrometheusTextFormat(answer.text) as Family[];
}

function valuesOf(families: Family[], name: string): Record<string, number> {
  const family = families.find((candidate) => candidate.name === name);
  return Object.fromEntries(
    (family?.metrics ?? []).map(({ labels = {}, value }) => [Object.values(labels).join(" "), Number(value)]),
  );
}

test.concurrent("requests, attempts, tokens, cost and times are counted; states and cooldowns are shown", async () => {
  await using proxy = await startProxy({
    keys: ["alpha", "beta"],
    config: { modelFallback: { [opus]: sonnet } },
  });
  const usage = { input_tokens: 1_000_000, output_tokens: 10 };
  proxy.upstream.next({ model: opus, key: "alpha" }, limited);
  proxy.upstream.always({ model: opus }, json(200, messageBody({ usage })));
  await proxy.message();
  await proxy.message();
  const families = await scrape(proxy);
  expect(valuesOf(families, "cf_requests_total")).toEqual({
    [`default messages anthropic ${opus} rotated`]: 2,
  });
  expect(valuesOf(families, "cf_attempts_total")).toEqual({
    "alpha anthropic rate_limited": 1,
    "beta anthropic ok": 2,
  });
  expect(valuesOf(families, "cf_hidden_errors_total")).toEqual({ "anthropic rate_limited": 1 });
  expect(valuesOf(families, "cf_tokens_total")).toEqual({
    [`anthropic ${opus} input`]: 2_000_000,
    [`anthropic ${opus} output`]: 20,
  });
  expect(valuesOf(families, "cf_cost_dollars_total")[`beta anthropic ${opus}`]).toBeCloseTo(10.0005, 6);
  const states = valuesOf(families, "cf_key_state");
  expect([states["alpha anthropic cooling"], states["beta anthropic ready"]]).toEqual([1, 1]);
  const rests = valuesOf(families, "cf_key_cooldown_seconds");
  expect(rests["alpha anthropic"]).toBeGreaterThan(20);
  expect(rests["beta anthropic"]).toBe(0);
  const duration = families.find(({ name }) => name === "cf_request_duration_seconds");
  expect(duration?.type).toBe("HISTOGRAM");
  expect(duration?.metrics[0]?.buckets?.["+Inf"]).toBe("2");
  // The parser does not give the labels of histograms back.
  const { text } = await proxy.send("/metrics");
  expect(text).toContain('cf_request_duration_seconds_count{profile="default",provider="anthropic"} 2\n');
  expect(
    families.every(({ name, help }) => /^(?:cf|process)_[a-z0-9_]+$/.test(name) && help.length > 10),
  ).toBe(true);
});

test.concurrent("names of models that a client invents are bounded, and nothing in them breaks the format", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  proxy.upstream.always({}, json(200, messageBody()));
  await proxy.message({ model: 'odd"name\\with}everything{' });
  for (let index = 0; index < 120; index++) await proxy.message({ model: `invented-${index}` });
  const requests = valuesOf(await scrape(proxy), "cf_requests_total");
  expect(Object.keys(requests).length).toBeLessThanOrEqual(101);
  expect(requests["default messages anthropic other asked"]).toBe(21);
  expect(Object.values(requests).reduce((sum, count) => sum + count, 0)).toBe(121);
});

test.concurrent("a client token guards the metrics", async () => {
  await using proxy = await startProxy({ keys: ["alpha"], config: { clientToken: "let-me-in-please" } });
  expect((await proxy.send("/metrics")).status).toBe(401);
  await scrape(proxy, { authorization: "Bearer let-me-in-please" });
});
