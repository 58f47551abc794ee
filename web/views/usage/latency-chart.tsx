// Latency as ranges: from the median to the slowest hundredth, one line for each key, model, profile, client or day.
import type { Percentiles } from "../../../src/server/contract";
import { formatDuration } from "../../format";
import { usePage } from "../../page";
import type { Answer } from "../../usage/usage-feed";
import { nameOfRow } from "./breakdown";

const shownRows = 12;

export function LatencyChart({ answer }: { answer: Answer }) {
  const { model } = usePage();
  const { rows, question, figures } = answer;
  const labels = new Map(model.value?.keys.map(({ id, label }) => [id, label]));
  const lines = [
    { name: "All", latency: figures.latency },
    ...rows.slice(0, shownRows).map((row) => ({
      name: nameOfRow(row.name, question.by, labels),
      latency: row.latency,
    })),
  ];
  const slowest = Math.max(1, ...lines.flatMap(({ latency }) => latency.totalMs?.p99 ?? []));
  return (
    <>
      <div class="latency-chart" aria-hidden="true">
        {lines.map(({ name, latency }) => (
          <div key={name} class="latency-line">
            <span class="cut">{name}</span>
            <span class="latency-track">
              <RangeBar kind="total" percentiles={latency.totalMs} slowest={slowest} />
              <RangeBar kind="first" percentiles={latency.firstByteMs} slowest={slowest} />
            </span>
            <span class="number">{latency.totalMs === null ? "" : formatDuration(latency.totalMs.p50)}</span>
          </div>
        ))}
      </div>
      <p class="chart-readout latency-legend">
        <span>
          <i class="swatch bar-cached" />
          to the first byte
        </span>
        <span>
          <i class="swatch bar-fresh" />
          whole answer
        </span>
        <span>
          dark: up to the median, then to 90 % and 99 % of the requests; the table below has the numbers
        </span>
      </p>
    </>
  );
}

function RangeBar(props: { kind: "first" | "total"; percentiles: Percentiles | null; slowest: number }) {
  const { kind, percentiles, slowest } = props;
  if (percentiles === null) return <span class="range" />;
  const share = (ms: number) => `${Math.max(0.3, (ms / slowest) * 100).toFixed(2)}%`;
  return (
    <span class={`range ${kind}`}>
      <i class="p99" style={{ width: share(percentiles.p99) }} />
      <i class="p90" style={{ width: share(percentiles.p90) }} />
      <i class="p50" style={{ width: share(percentiles.p50) }} />
    </span>
  );
}
