// The period broken down, as a table in which each line has its share as a bar; a name narrows everything to it.
import type { BreakdownRow, Dimension, Percentiles, Totals } from "../../../src/server/contract";
import { formatCount, formatDay, formatDuration, formatMoney, formatShare, formatShort } from "../../format";
import { usePage } from "../../page";
import { cacheShare, inputTokens, type MetricName } from "../../usage/metrics";
import { type Answer, filterNames } from "../../usage/usage-feed";

export interface BreakdownProps {
  answer: Answer;
  metric: MetricName;
}

export function Breakdown({ answer, metric }: BreakdownProps) {
  const { model } = usePage();
  const { rows, question } = answer;
  const labels = new Map(model.value?.keys.map(({ id, label }) => [id, label]));
  const largest = Math.max(...rows.map((row) => weightOf(row, metric)), 1e-9);
  const sorted =
    question.by === "day"
      ? [...rows].sort((one, other) => (one.name < other.name ? 1 : -1))
      : [...rows].sort((one, other) => weightOf(other, metric) - weightOf(one, metric));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="table-scroll" aria-label={`Usage by ${question.by}`} tabIndex={0}>
      <table class="plain-table breakdown">
        <thead>
          <tr>
            <th scope="col">{question.by}</th>
            {columns.map(([words]) => (
              <th key={words} scope="col" class="number">
                {words}
              </th>
            ))}
            <th scope="col" class="number">
              First byte <span class="quiet">p50 / p90 / p99</span>
            </th>
            <th scope="col" class="number">
              Whole answer <span class="quiet">p50 / p90 / p99</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={row.name}>
              <th scope="row">
                <RowName name={row.name} by={question.by} labels={labels} />
                <span class="share-bar" aria-hidden="true">
                  <i style={{ width: `${((weightOf(row, metric) / largest) * 100).toFixed(1)}%` }} />
                </span>
              </th>
              {columns.map(([words, write]) => (
                <td key={words} class="number">
                  {write(row.totals)}
                </td>
              ))}
              <td class="number">{writePercentiles(row.latency.firstByteMs)}</td>
              <td class="number">{writePercentiles(row.latency.totalMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const columns: [words: string, write: (totals: Totals) => string][] = [
  ["Requests", (totals) => formatCount(totals.requests)],
  ["Moved on", (totals) => formatShare((totals.rotated + totals.fellBack) / totals.requests)],
  ["Failed", (totals) => formatCount(totals.failed)],
  ["Tokens in", (totals) => formatShort(inputTokens(totals))],
  ["out", (totals) => formatShort(totals.outputTokens)],
  ["Cache", (totals) => formatShare(cacheShare(totals))],
  [
    "Cost",
    (totals) =>
      totals.unpriced > 0
        ? `${formatMoney(totals.costUsd)} + ${totals.unpriced} unknown`
        : formatMoney(totals.costUsd),
  ],
];

function RowName({ name, by, labels }: { name: string; by: Dimension; labels: Map<string, string> }) {
  const { router } = usePage();
  const shown = nameOfRow(name, by, labels);
  const filter = filterNames.find((one) => one === by);
  if (filter === undefined || name === "") return <span>{shown}</span>;
  return (
    <button
      type="button"
      class="link"
      title={`Only ${shown}`}
      onClick={() => router.setQuery({ [filter]: name, by: by === "key" ? "model" : "key" })}
    >
      {shown}
    </button>
  );
}

/** What a line is called. Requests that no key served have no name of one. */
export function nameOfRow(name: string, by: Dimension, labels: ReadonlyMap<string, string>): string {
  if (name === "") return by === "key" || by === "model" ? "not served" : "unknown";
  if (by === "key") return labels.get(name) ?? name;
  return by === "day" ? formatDay(Date.parse(`${name}T12:00`)) : name;
}

function weightOf({ totals, latency }: BreakdownRow, metric: MetricName): number {
  switch (metric) {
    case "requests":
      return totals.requests;
    case "tokens":
      return inputTokens(totals) + totals.outputTokens;
    case "cost":
      return totals.costUsd;
    case "cache":
      return cacheShare(totals);
    case "latency":
      return latency.totalMs?.p50 ?? 0;
  }
}

function writePercentiles(percentiles: Percentiles | null): string {
  if (percentiles === null) return "–";
  return [percentiles.p50, percentiles.p90, percentiles.p99].map(formatDuration).join(" / ");
}
