// How many requests there were and how they ended, on the axis of the bands; arrow keys read it moment by moment.
import { useComputed } from "@preact/signals";
import { formatClock, formatHour } from "../format";
import { usePage } from "../page";
import { useWidth } from "../parts/use-width";
import { describeMoment } from "./describe-moment";
import { fractionOf, momentAt, type Plot } from "./plot";
import { PlotArea } from "./plot-area";
import { type ServiceName, serviceNames, type Track, totalOf } from "./timeline";

const height = 64;

export function Histogram({ plot }: { plot: Plot }) {
  const page = usePage();
  const { ref, width } = useWidth<HTMLDivElement>();
  const paths = useComputed(() => drawBars(plot.track.value, width.value));
  const highest = useComputed(() => Math.max(0, ...(plot.track.value?.bars.map(totalOf) ?? [])));
  const move = (event: KeyboardEvent) => {
    const track = plot.track.peek();
    if (track === null) return;
    const at = nextMoment(event.key, track, plot.cursor.peek());
    if (at === undefined) return;
    event.preventDefault();
    plot.cursor.value = at;
  };
  const track = plot.track.value;
  const cursor = plot.cursor.value;
  const at = cursor ?? (track === null ? 0 : track.until);
  const said =
    track === null
      ? "Loading"
      : `${formatClock(at, page.clock.now.peek())}: ${describeMoment(track, page.model.peek()?.keys ?? [], at)}`;
  return (
    <div
      class="histogram-slider"
      role="slider"
      tabIndex={0}
      aria-label="Timeline; read it with the arrow keys"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={track === null ? 100 : Math.round(Math.max(0, Math.min(1, fractionOf(track, at))) * 100)}
      aria-valuetext={said}
      onKeyDown={move}
      onBlur={() => {
        plot.cursor.value = null;
      }}
    >
      <PlotArea plot={plot} class="histogram" areaRef={ref}>
        <svg
          viewBox={`0 0 ${Math.max(1, width.value)} ${height}`}
          aria-hidden="true"
          preserveAspectRatio="none"
        >
          {serviceNames.map((name) => {
            const path = paths.value[name];
            return path === undefined ? null : <path key={name} class={`bar-${name}`} d={path} />;
          })}
        </svg>
        <span class="highest" aria-hidden="true">
          {highest.value > 0 ? highest : ""}
        </span>
      </PlotArea>
      <Axis plot={plot} width={width.value} />
    </div>
  );
}

function Axis({ plot, width }: { plot: Plot; width: number }) {
  const track = plot.track.value;
  if (track === null || width === 0) return <div class="axis" />;
  return (
    <div class="axis" aria-hidden="true">
      {listTicks(track, width).map((at) => (
        <span key={at} style={{ left: `${(fractionOf(track, at) * 100).toFixed(2)}%` }}>
          {formatHour(at)}
        </span>
      ))}
    </div>
  );
}

const minute = 60_000;
const tickSteps = [5, 10, 15, 30, 60, 120, 180, 240, 360].map((minutes) => minutes * minute);
const leastTickPx = 64;

function listTicks(track: Track, width: number): number[] {
  const [since, until] = [track.since, track.until];
  const step = tickSteps.find((one) => (one / (until - since)) * width >= leastTickPx) ?? 720 * minute;
  // Whole hours are whole where the person is.
  const shift = new Date(until).getTimezoneOffset() * minute;
  const first = Math.ceil((since - shift) / step) * step + shift;
  const room = ((until - since) * 18) / width;
  return Array.from(
    { length: Math.floor((until - first) / step) + 1 },
    (_, index) => first + index * step,
  ).filter((at) => at - since > room && until - at > room);
}

function drawBars(track: Track | null, width: number): Partial<Record<ServiceName, string>> {
  if (track === null || width === 0) return {};
  const windowMs = track.until - track.since;
  const highest = Math.max(1, ...track.bars.map(totalOf));
  const step = (track.bucketMs / windowMs) * width;
  const barWidth = Math.max(1, step - (step > 3 ? 1 : 0));
  const paths: Partial<Record<ServiceName, string>> = {};
  for (const bar of track.bars) {
    const left = fractionOf(track, bar.at) * width;
    let top = height;
    for (const name of serviceNames) {
      // What happened at all is seen, however small beside the rest.
      const size = bar[name] === 0 ? 0 : Math.max(1.5, (bar[name] / highest) * (height - 10));
      if (size === 0) continue;
      top -= size;
      const rect = `M${left.toFixed(1)} ${top.toFixed(1)}h${barWidth.toFixed(1)}v${size.toFixed(1)}h-${barWidth.toFixed(1)}z`;
      paths[name] = `${paths[name] ?? ""}${rect}`;
    }
  }
  return paths;
}

/** undefined: not a key that moves; null: away from the plot. */
function nextMoment(key: string, track: Track, cursor: number | null): number | null | undefined {
  const until = track.until;
  const from = cursor ?? until;
  const keep = (at: number) => momentAt(track, fractionOf(track, at));
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return keep(from - track.bucketMs);
    case "ArrowRight":
    case "ArrowUp":
      return keep(from + track.bucketMs);
    case "PageUp":
      return keep(from + 10 * track.bucketMs);
    case "PageDown":
      return keep(from - 10 * track.bucketMs);
    case "Home":
      return track.since;
    case "End":
      return until;
    case "Escape":
      return null;
    default:
      return undefined;
  }
}
