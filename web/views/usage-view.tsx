// The view "Usage": requests, tokens, cost, cache share and latency over time, and by key, model, profile, client, day.
import { useEffect, useMemo } from "preact/hooks";
import type { Dimension } from "../../src/server/contract";
import { usePage } from "../page";
import { Empty } from "../parts/empty";
import { Icon } from "../parts/icon";
import { Notice } from "../parts/notice";
import { Segments } from "../parts/segments";
import { type MetricName, metricNames, ranges, type Span } from "../usage/metrics";
import { type Answer, filterNames, type Question, UsageFeed } from "../usage/usage-feed";
import { Breakdown } from "./usage/breakdown";
import { Chart } from "./usage/chart";
import { FigureStrip } from "./usage/figure-strip";
import { LatencyChart } from "./usage/latency-chart";

const rangeOptions = ranges.map((range) => [range, range.replace(/(\d)(\D)/, "$1 $2")] as const);
const metricOptions = metricNames.map((name) => [name, capital(name)] as const);
const dimensions: readonly Dimension[] = ["key", "model", "profile", "client", "day"];
const dimensionOptions = dimensions.map((name) => [name, capital(name)] as const);

export function UsageView() {
  const page = usePage();
  const { router } = page;
  const feed = useMemo(() => new UsageFeed(page), [page]);
  useEffect(() => feed.start(), [feed]);
  const query = router.query.value;
  const text = query.toString();
  const question = useMemo(() => readQuestion(query), [text]);
  useEffect(() => feed.ask(question), [feed, question]);
  const metric = metricNames.find((name) => name === query.get("metric")) ?? "requests";
  const answer = feed.answer.value;
  const failure = feed.failure.value;
  const zoom = (span: Span | null) =>
    router.setQuery({
      since: span && String(Math.round(span.since)),
      until: span && String(Math.round(span.until)),
    });
  return (
    <div class="view usage" aria-busy={answer === null && failure === null}>
      <div class="view-head">
        <h1>Usage</h1>
        <div class="usage-tools">
          <Segments
            label="Period"
            options={rangeOptions}
            value={question.range}
            onChange={(range) => router.setQuery({ range, since: null, until: null })}
          />
          {answer === null ? null : <ExportLink answer={answer} />}
        </div>
      </div>
      <Filters question={question} onReset={() => zoom(null)} />
      {failure === null ? null : (
        <Notice severity="error" title="The figures could not be read.">
          {failure}
        </Notice>
      )}
      {answer === null ? null : answer.figures.totals.requests === 0 ? (
        <NoUsage question={question} />
      ) : (
        <>
          <FigureStrip figures={answer.figures} />
          <section class="panel" aria-label="Over time">
            <div class="panel-head">
              <Segments
                label="Measure"
                options={metricOptions}
                value={metric}
                onChange={(name: MetricName) => router.setQuery({ metric: name })}
              />
            </div>
            <div class="panel-body">
              {metric === "latency" ? (
                <LatencyChart answer={answer} />
              ) : (
                <Chart key={metric} name={metric} answer={answer} onZoom={zoom} />
              )}
            </div>
          </section>
          <section class="panel" aria-label="Breakdown">
            <div class="panel-head">
              <Segments
                label="Broken down by"
                options={dimensionOptions}
                value={question.by}
                onChange={(by) => router.setQuery({ by })}
              />
            </div>
            <Breakdown answer={answer} metric={metric} />
          </section>
        </>
      )}
    </div>
  );
}

function readQuestion(query: URLSearchParams): Question {
  const [since, until] = [Number(query.get("since")), Number(query.get("until"))];
  return {
    range: ranges.find((range) => range === query.get("range")) ?? "24h",
    zoom: since > 0 && until > since ? { since, until } : null,
    by: dimensions.find((name) => name === query.get("by")) ?? "key",
    filter: Object.fromEntries(
      filterNames.flatMap((name) => {
        const value = query.get(name);
        return value === null || value === "" ? [] : [[name, value]];
      }),
    ),
  };
}

function ExportLink({ answer: { span, question } }: { answer: Answer }) {
  const query = new URLSearchParams({
    since: String(span.since),
    until: String(span.until),
    ...question.filter,
  });
  return (
    <a class="button small" href={`/dashboard/api/usage.csv?${query}`} download="claude-failover-usage.csv">
      <Icon name="download" />
      CSV
    </a>
  );
}

function Filters({ question, onReset }: { question: Question; onReset: () => void }) {
  const { router, model } = usePage();
  const filters = Object.entries(question.filter);
  if (filters.length === 0 && question.zoom === null) return null;
  const labels = new Map(model.value?.keys.map(({ id, label }) => [id, label]));
  return (
    <div class="usage-filters">
      {filters.map(([name, value]) => (
        <button
          key={name}
          type="button"
          class="button small"
          aria-label={`Remove the filter ${name} ${value}`}
          onClick={() => router.setQuery({ [name]: null })}
        >
          {name} <strong>{(name === "key" && labels.get(value)) || value}</strong>
          <Icon name="close" />
        </button>
      ))}
      {question.zoom === null ? null : (
        <button type="button" class="button small" onClick={onReset}>
          Back to the whole period
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

function NoUsage({ question: { filter, zoom } }: { question: Question }) {
  const isNarrow = Object.keys(filter).length > 0 || zoom !== null;
  return (
    <section class="panel">
      <Empty icon="usage" title="No requests in this period">
        <p>{isNarrow ? "Nothing fits this filter." : "Choose a longer one, or send a request."}</p>
      </Empty>
    </section>
  );
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
