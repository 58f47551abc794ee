// A strip over the common axis of time: takes the pointer, shows the cursor's line.
import { useComputed } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import { usePage } from "../page";
import { fractionOf, momentAt, type Plot } from "./plot";

export interface PlotAreaProps {
  plot: Plot;
  class: string;
  areaRef: RefObject<HTMLDivElement | null>;
  children: ComponentChildren;
}

export function PlotArea({ plot, class: className, areaRef, children }: PlotAreaProps) {
  const read = (event: PointerEvent) => {
    const track = plot.track.peek();
    const box = areaRef.current?.getBoundingClientRect();
    if (track === null || box === undefined || box.width === 0) return;
    plot.cursor.value = momentAt(track, (event.clientX - box.left) / box.width);
  };
  return (
    <div
      ref={areaRef}
      class={className}
      onPointerMove={read}
      onPointerDown={read}
      onPointerLeave={() => {
        plot.cursor.value = null;
      }}
    >
      {children}
      <NowLine plot={plot} />
      <CursorLine plot={plot} />
    </div>
  );
}

/** Where the known ends: the window goes on to the end of the last bucket. */
function NowLine({ plot }: { plot: Plot }) {
  const { clock } = usePage();
  const left = useComputed(() => {
    const track = plot.track.value;
    return track === null ? "100%" : `${(Math.min(1, fractionOf(track, clock.now.value)) * 100).toFixed(1)}%`;
  });
  return <div class="now-line" style={{ left: left.value }} />;
}

function CursorLine({ plot }: { plot: Plot }) {
  const style = useComputed(() => {
    const [track, at] = [plot.track.value, plot.cursor.value];
    const fraction = track === null || at === null ? -1 : fractionOf(track, at);
    return {
      left: `${(fraction * 100).toFixed(2)}%`,
      display: fraction < 0 || fraction > 1 ? "none" : "block",
    };
  });
  return <div class="cursor-line" style={style.value} />;
}
