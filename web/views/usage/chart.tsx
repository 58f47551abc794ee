// Bars over time with axes: read with pointer or arrow keys, zoomed by dragging, and there as a table too.
import { useComputed, useSignal } from "@preact/signals";
import type { SeriesPoint } from "../../../src/server/contract";
import { formatClock, formatDay, formatHour } from "../../format";
import { usePage } from "../../page";
import { useWidth } from "../../parts/use-width";
import {
  bucketMs,
  type Metric,
  type MetricName,
  metrics,
  niceSteps,
  type Span,
  timeTicks,
} from "../../usage/metrics";
import type { Answer } from "../../usage/usage-feed";

const height = 220;
const foot = 22;
const side = 46;
const leastTickPx = 76;
/** A shorter drag is a click. */
const leastZoomPx = 8;

export interface ChartProps {
  name: Exclude<MetricName, "latency">;
  answer: Answer;
  onZoom: (span: Span) => void;
}

export function Chart({ name, answer, onZoom }: ChartProps) {
  const { clock } = usePage();
  const metric = metrics[name];
  const { figures, span } = answer;
  const { series } = figures;
  const { ref, width } = useWidth<HTMLDivElement>();
  const cursor = useSignal<number | null>(null);
  const drag = useSignal<{ from: number; to: number } | null>(null);
  const asTable = useSignal(false);
  const plotWidth = Math.max(1, width.value - side);
  const step = bucketMs[figures.bucket];
  const end = Math.max(span.until, (series.length > 0 ? Date.parse(series.at(-1)?.at ?? "") : 0) + step);
  const start = series.length > 0 ? Date.parse(series[0]?.at ?? "") : span.since;
  const axis = { since: start, until: end };
  const steps =
    name === "cache" ? [0, 0.5, 1] : niceSteps(Math.max(...series.map((point) => sumOf(metric, point))));
  const top = steps.at(-1) ?? 1;
  const xOf = (at: number) => side + ((at - start) / (end - start)) * plotWidth;
  const yOf = (value: number) => (height - foot - 8) * (1 - value / top) + 8;
  const read = (event: PointerEvent) => {
    const box = ref.current?.getBoundingClientRect();
    if (box === undefined) return 0;
    return Math.max(0, Math.min(plotWidth, event.clientX - box.left - side));
  };
  const indexAt = (x: number) =>
    Math.min(series.length - 1, Math.floor((x / plotWidth) * ((end - start) / step)));
  const point = cursor.value === null ? undefined : series[cursor.value];
  const labelOf = (at: string) => describeBucket(at, figures.bucket, clock.now.peek());
  const press = (event: KeyboardEvent) => {
    const last = series.length - 1;
    const moves: Record<string, number | null> = {
      ArrowLeft: Math.max(0, (cursor.peek() ?? last + 1) - 1),
      ArrowRight: Math.min(last, (cursor.peek() ?? last) + 1),
      Home: 0,
      End: last,
      Escape: null,
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    cursor.value = moves[event.key] ?? null;
  };
  const said =
    point === undefined ? "Read it with the arrow keys" : `${labelOf(point.at)}: ${say(metric, point)}`;
  return (
    <>
      <div
        ref={ref}
        class="chart"
        role="slider"
        tabIndex={0}
        aria-label={`${metric.words} over time`}
        aria-valuemin={0}
        aria-valuemax={series.length - 1}
        aria-valuenow={cursor.value ?? series.length - 1}
        aria-valuetext={said}
        onKeyDown={press}
        onBlur={() => {
          cursor.value = null;
        }}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.pointerType === "touch") return;
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.value = { from: read(event), to: read(event) };
        }}
        onPointerMove={(event) => {
          const x = read(event);
          cursor.value = indexAt(x);
          if (drag.peek() !== null) drag.value = { from: drag.peek()?.from ?? x, to: x };
        }}
        onPointerUp={() => {
          const area = drag.peek();
          drag.value = null;
          if (area === null || Math.abs(area.to - area.from) < leastZoomPx) return;
          const [left, right] = [
            indexAt(Math.min(area.from, area.to)),
            indexAt(Math.max(area.from, area.to)),
          ];
          onZoom({ since: start + left * step, until: start + (right + 1) * step });
        }}
        onPointerCancel={() => {
          drag.value = null;
        }}
        onPointerLeave={() => {
          if (drag.peek() === null) cursor.value = null;
        }}
      >
        {width.value === 0 ? null : (
          <svg
            viewBox={`0 0 ${width.value} ${height}`}
            width={width.value}
            height={height}
            aria-hidden="true"
          >
            {steps.map((value) => (
              <g key={value} class="grid">
                <line x1={side} x2={width.value} y1={yOf(value)} y2={yOf(value)} />
                <text x={side - 8} y={yOf(value) + 4} text-anchor="end">
                  {metric.format(value)}
                </text>
              </g>
            ))}
            {timeTicks(axis, plotWidth / leastTickPx).map((at) =>
              xOf(at) < side + 12 || xOf(at) > width.value - 18 ? null : (
                <text key={at} class="tick" x={xOf(at)} y={height - 4} text-anchor="middle">
                  {end - start > 2 * bucketMs.day ? formatDay(at) : formatHour(at)}
                </text>
              ),
            )}
            {drawParts(
              metric,
              series,
              (index) => xOf(start + index * step),
              (step / (end - start)) * plotWidth,
              yOf,
            ).map(([part, path]) => (
              <path key={part} class={part} d={path} />
            ))}
            {cursor.value === null ? null : (
              <rect
                class="chart-cursor"
                x={xOf(start + cursor.value * step)}
                y={8}
                width={Math.max(1, (step / (end - start)) * plotWidth)}
                height={height - foot - 8}
              />
            )}
            <DragArea drag={drag.value} />
          </svg>
        )}
      </div>
      <div class="chart-foot">
        <p class="chart-readout" aria-hidden="true">
          {point === undefined ? (
            metric.parts.map((part) => (
              <span key={part.class}>
                <i class={`swatch ${part.class}`} />
                {part.words}
              </span>
            ))
          ) : (
            <>
              <strong>{labelOf(point.at)}</strong> {say(metric, point)}
            </>
          )}
        </p>
        <span class="quiet drag-hint">drag to zoom</span>
        <button
          type="button"
          class="button plain small"
          aria-expanded={asTable.value}
          onClick={() => {
            asTable.value = !asTable.value;
          }}
        >
          {asTable.value ? "Hide table" : "As a table"}
        </button>
      </div>
      {asTable.value ? <SeriesTable metric={metric} series={series} labelOf={labelOf} /> : null}
    </>
  );
}

function DragArea({ drag }: { drag: { from: number; to: number } | null }) {
  if (drag === null) return null;
  const left = Math.min(drag.from, drag.to);
  return (
    <rect
      class="chart-drag"
      x={side + left}
      y={8}
      width={Math.abs(drag.to - drag.from)}
      height={height - foot - 8}
    />
  );
}

interface SeriesTableProps {
  metric: Metric;
  series: SeriesPoint[];
  labelOf: (at: string) => string;
}

function SeriesTable({ metric, series, labelOf }: SeriesTableProps) {
  const filled = useComputed(() => series.filter(({ totals }) => totals.requests > 0).toReversed());
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="table-scroll" aria-label={`${metric.words} as a table`} tabIndex={0}>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">From</th>
            {metric.parts.map((part) => (
              <th key={part.class} scope="col" class="number">
                {part.words}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {filled.value.map(({ at, totals }) => (
            <tr key={at}>
              <th scope="row">{labelOf(at)}</th>
              {metric.parts.map((part) => (
                <td key={part.class} class="number">
                  {metric.format(part.read(totals))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function drawParts(
  metric: Metric,
  series: readonly SeriesPoint[],
  xOf: (index: number) => number,
  slot: number,
  yOf: (value: number) => number,
): [string, string][] {
  const width = Math.max(1, slot - Math.min(4, slot * 0.25));
  const paths = metric.parts.map((part): [string, string] => [part.class, ""]);
  series.forEach(({ totals }, index) => {
    let bottom = yOf(0);
    metric.parts.forEach((part, place) => {
      const value = part.read(totals);
      if (value <= 0) return;
      // What happened at all is seen, however small beside the rest.
      const size = Math.max(1.5, yOf(0) - yOf(value));
      bottom -= size;
      const left = xOf(index) + (slot - width) / 2;
      const path = paths[place];
      if (path !== undefined)
        path[1] += `M${left.toFixed(1)} ${bottom.toFixed(1)}h${width.toFixed(1)}v${size.toFixed(1)}h-${width.toFixed(1)}z`;
    });
  });
  return paths.filter(([, path]) => path !== "");
}

function sumOf(metric: Metric, { totals }: SeriesPoint): number {
  return metric.parts.reduce((sum, part) => sum + part.read(totals), 0);
}

function say(metric: Metric, point: SeriesPoint): string {
  const said = metric.parts.flatMap((part) => {
    const value = part.read(point.totals);
    return value > 0 || metric.parts.length === 1 ? [`${metric.format(value)} ${part.words}`] : [];
  });
  return said.length === 0 ? "nothing" : said.join(", ");
}

function describeBucket(at: string, bucket: Answer["figures"]["bucket"], now: number): string {
  const time = Date.parse(at);
  return bucket === "day" ? formatDay(time) : formatClock(time, now).replace(/:00$/, "");
}
