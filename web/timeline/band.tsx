// The band of one key: a strip of time in which each state has its colour and its texture.
import { useComputed } from "@preact/signals";
import { useWidth } from "../parts/use-width";
import type { Plot } from "./plot";
import { PlotArea } from "./plot-area";
import { type BandState, cutToColumns, type Track } from "./timeline";

const height = 22;
const drawn: BandState[] = ["ready", "serving", "cooling", "failing", "paused", "down"];

export function Band({ plot, keyId }: { plot: Plot; keyId: string }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const paths = useComputed(() => drawBand(plot.track.value, keyId, width.value));
  return (
    <PlotArea plot={plot} class="band" areaRef={ref}>
      <svg
        viewBox={`0 0 ${Math.max(1, width.value)} ${height}`}
        aria-hidden="true"
        preserveAspectRatio="none"
      >
        {drawn.map((state) => {
          const path = paths.value[state];
          return path === undefined ? null : <path key={state} class={`fill-${state}`} d={path} />;
        })}
      </svg>
    </PlotArea>
  );
}

function drawBand(track: Track | null, keyId: string, width: number): Partial<Record<BandState, string>> {
  const spans = track?.bands.find((band) => band.key === keyId)?.spans;
  if (track === null || spans === undefined || width === 0) return {};
  const blocks = cutToColumns(spans, track.since, track.until, width);
  const paths: Partial<Record<BandState, string>> = {};
  for (const { from, width: blockWidth, state } of blocks)
    paths[state] = `${paths[state] ?? ""}M${from} 0h${blockWidth}v${height}h-${blockWidth}z`;
  return paths;
}
