// `GET /metrics`: counts from the start on, and loads prom-client, which writes the text, when somebody first asks.
import type { Runtime } from "../runtime";
import { describeMetrics, type MetricFamily } from "./describe-metrics";
import { RequestTallies } from "./request-tallies";

export interface MetricsText {
  contentType: string;
  text: string;
}

/** Counts what `runtime` serves from now on; the function gives the text of all metrics as they are. */
export function openMetrics(runtime: Runtime): () => Promise<MetricsText> {
  const tallies = new RequestTallies();
  runtime.ledger.onRows((finished) => tallies.add(finished));
  return async () => {
    runtime.ledger.settle();
    // Alone: with all that prom-client offers beside it, the heap would be half as large again, and collecting garbage slower.
    const { default: Registry } = await import("prom-client/lib/registry");
    const registry = new Registry();
    for (const family of describeMetrics(tallies, runtime, Date.now()))
      registry.registerMetric(asMetric(family));
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}

/** All that a registry asks of a metric when it writes. prom-client's own ones would be too slow to count with. */
function asMetric(family: MetricFamily): never {
  return { name: family.name, get: async () => ({ ...family, aggregator: "sum" }) } as never;
}
