// The line under the timeline: what was at the moment under the pointer, else what the colours mean.
import { formatClock } from "../format";
import { usePage } from "../page";
import { bandWords, describeBar } from "./describe-moment";
import type { Plot } from "./plot";
import { type BandState, barAt, spanAt, type Track } from "./timeline";

export function Readout({ plot }: { plot: Plot }) {
  const [track, at] = [plot.track.value, plot.cursor.value];
  return (
    <div class="readout" aria-hidden="true">
      {track === null || at === null ? <Legend /> : <Moment track={track} at={at} />}
    </div>
  );
}

function Moment({ track, at }: { track: Track; at: number }) {
  const { model, clock } = usePage();
  const labels = new Map(model.peek()?.keys.map((key) => [key.id, key.label]));
  return (
    <>
      <strong>{formatClock(at, clock.now.peek())}</strong>
      {track.bands.map((band) => {
        const span = spanAt(band.spans, at);
        if (span === null) return null;
        return (
          <span key={band.key} class="entry" title={span.reason ?? undefined}>
            <i class={`swatch fill-${span.state}`} />
            {labels.get(band.key) ?? band.key} {bandWords[span.state]}
          </span>
        );
      })}
      <span class="entry">{describeBar(barAt(track, at))}</span>
    </>
  );
}

const legendStates: BandState[] = ["serving", "ready", "cooling", "failing", "paused"];
const legendBars = [
  ["asked", "as asked"],
  ["rotated", "rotated"],
  ["fellBack", "fell back"],
  ["failed", "failed"],
] as const;

function Legend() {
  return (
    <>
      {legendStates.map((state) => (
        <span key={state} class="entry">
          <i class={`swatch fill-${state}`} />
          {bandWords[state]}
        </span>
      ))}
      <span class="gap" />
      {legendBars.map(([name, words]) => (
        <span key={name} class="entry">
          <i class={`swatch bar-${name}`} />
          {words}
        </span>
      ))}
    </>
  );
}
