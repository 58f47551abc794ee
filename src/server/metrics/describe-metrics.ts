// Every metric of `/metrics` with its type, its help text and its values as they are now.
import type { Runtime } from "../runtime";
import { type RequestTallies, tokenKinds } from "./request-tallies";
import type { Buckets, Labels, Sample, Tally } from "./tally";

export interface MetricValue {
  labels: Labels;
  value: number;
  /** Where it is not the metric's own: `…_bucket`, `…_sum`, `…_count`. */
  metricName?: string;
}

export interface MetricFamily {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  values: MetricValue[];
}

const keyStates = ["serving", "ready", "cooling", "rejected", "no_credit", "disabled"] as const;

export function describeMetrics(tallies: RequestTallies, runtime: Runtime, now: number): MetricFamily[] {
  return [...describeRequests(tallies), ...describeKeys(runtime, now), ...describeProcess(runtime)];
}

function describeRequests(tallies: RequestTallies): MetricFamily[] {
  const counter = (name: string, help: string, tally: Tally<number>): MetricFamily => {
    return { name, help, type: "counter", values: tally.samples };
  };
  const histogram = (name: string, help: string, tally: Tally<Buckets>): MetricFamily => {
    return { name, help, type: "histogram", values: tally.samples.flatMap((sample) => spread(name, sample)) };
  };
  return [
    counter(
      "cf_requests_total",
      "Finished requests by how they were served: asked, rotated, fell_back, failed, cancelled.",
      tallies.requests,
    ),
    counter("cf_attempts_total", "Attempts at upstreams by how they ended.", tallies.attempts),
    counter(
      "cf_hidden_errors_total",
      "Failed attempts of requests that were served all the same: errors that no client saw.",
      tallies.hiddenErrors,
    ),
    {
      name: "cf_tokens_total",
      help: "Tokens by kind; reasoning is part of output.",
      type: "counter",
      values: tallies.tokens.samples.flatMap(byKind),
    },
    counter(
      "cf_cost_dollars_total",
      "Cost at list prices, in US dollars, of models whose price is known.",
      tallies.cost,
    ),
    {
      name: "cf_cache_saved_dollars",
      help: "What the prompt cache has saved, in US dollars; negative while it was mostly written.",
      type: "gauge",
      values: tallies.cacheSaved.samples,
    },
    counter("cf_unpriced_requests_total", "Messages whose price or tokens are not known.", tallies.unpriced),
    histogram(
      "cf_request_duration_seconds",
      "From a request to the end of its answer, messages only.",
      tallies.duration,
    ),
    histogram(
      "cf_first_byte_seconds",
      "From a request to the first byte of its answer, messages only.",
      tallies.firstByte,
    ),
    histogram(
      "cf_queue_wait_seconds",
      "Time that requests waited for a key; those that did not wait are left out.",
      tallies.queueWait,
    ),
  ];
}

function describeKeys({ pool, queue }: Runtime, now: number): MetricFamily[] {
  const keys = pool.keyStates();
  const limits = keys.flatMap(({ id, provider }) =>
    pool.limits(id).map((known) => ({ ...known, labels: { key: id, provider, model: known.model } })),
  );
  const gauge = (name: string, help: string, values: MetricValue[]): MetricFamily => {
    return { name, help, type: "gauge", values };
  };
  return [
    gauge(
      "cf_key_state",
      "1 for the state that a key is in, 0 for the others.",
      keys.flatMap(({ id, provider, state }) =>
        keyStates.map((name) => ({
          labels: { key: id, provider, state: name },
          value: name === state ? 1 : 0,
        })),
      ),
    ),
    gauge(
      "cf_key_cooldown_seconds",
      "Until the longest rest of a key ends, of one model or of all; 0 while nothing rests.",
      keys.map(({ id, provider, until, cooldowns }) => {
        const ends = [until, ...cooldowns.map((cooldown) => cooldown.until)].flatMap((end) => end ?? []);
        const left = ends.map((end) => (Date.parse(end) - now) / 1000);
        return { labels: { key: id, provider }, value: Math.max(0, ...left) };
      }),
    ),
    gauge(
      "cf_key_in_flight",
      "Attempts that run on a key now, streams included.",
      keys.map(({ id, provider }) => ({ labels: { key: id, provider }, value: pool.inFlight(id) })),
    ),
    gauge(
      "cf_key_limit_remaining",
      "What the last answer said is left of a counted limit.",
      limits.flatMap(({ labels, windows }) =>
        windows.flatMap(({ name, remaining }) =>
          remaining === null ? [] : { labels: { ...labels, limit: name }, value: remaining },
        ),
      ),
    ),
    gauge(
      "cf_key_limit_utilization_ratio",
      "The used part of a subscription's window, 0 to 1, as the last answer said.",
      limits.flatMap(({ labels, unified }) =>
        (unified?.windows ?? []).flatMap(({ name, utilization }) =>
          utilization === null ? [] : { labels: { ...labels, limit: name }, value: utilization },
        ),
      ),
    ),
    gauge("cf_queue_waiting", "Requests that wait for a key.", countWaiting(queue)),
  ];
}

/** Without the model, whose name comes from the client. */
function countWaiting(queue: Runtime["queue"]): MetricValue[] {
  const waiting = new Map<string, number>();
  for (const lane of queue.lengths())
    waiting.set(lane.profile, (waiting.get(lane.profile) ?? 0) + lane.waiting);
  return [...waiting].map(([profile, value]) => ({ labels: { profile }, value }));
}

function describeProcess(runtime: Runtime): MetricFamily[] {
  const { report } = runtime.ledger;
  const cpu = process.cpuUsage();
  const one = (name: string, type: MetricFamily["type"], help: string, value: number): MetricFamily => {
    return { name, help, type, values: [{ labels: {}, value }] };
  };
  return [
    one(
      "cf_requests_in_flight",
      "gauge",
      "Requests under way, waiting ones included.",
      runtime.journeys.size,
    ),
    one(
      "cf_record_failing",
      "gauge",
      "1 while the record of requests cannot be written.",
      report?.failing == null ? 0 : 1,
    ),
    one(
      "cf_record_lost_rows",
      "gauge",
      "Rows given up since writing the record last worked.",
      report?.lost ?? 0,
    ),
    one(
      "cf_start_time_seconds",
      "gauge",
      "When the proxy started, in seconds since the epoch.",
      runtime.startedAt / 1000,
    ),
    one(
      "process_cpu_seconds_total",
      "counter",
      "Processor time of the process.",
      (cpu.user + cpu.system) / 1e6,
    ),
    one(
      "process_resident_memory_bytes",
      "gauge",
      "Resident memory of the process.",
      process.memoryUsage.rss(),
    ),
  ];
}

/** Without the kinds that never came up. */
function byKind({ labels, value }: Sample<number[]>): MetricValue[] {
  const values = tokenKinds.map((kind, index) => ({ labels: { ...labels, kind }, value: value[index] ?? 0 }));
  return values.filter((known) => known.value > 0);
}

function spread(
  name: string,
  { labels, value: { bounds, counts, sum, count } }: Sample<Buckets>,
): MetricValue[] {
  let passed = 0;
  const buckets = counts.map((inBucket, index) => {
    passed += inBucket;
    const bound = bounds[index];
    const le = bound === undefined ? "+Inf" : String(bound);
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: passed };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
