// The waterfall of a request's attempts: who was asked when, for how long, and what came of it.
import type { RequestRow } from "../../../src/server/contract";
import { formatDuration } from "../../format";
import { readWaterfall, type WaterfallBar } from "../../requests/waterfall";

export interface WaterfallProps {
  row: RequestRow;
  labelOf: (key: string) => string;
}

export function Waterfall({ row, labelOf }: WaterfallProps) {
  const bars = readWaterfall(row);
  if (bars.length === 0) return null;
  const total = Math.max(1, row.totalMs, ...bars.map((bar) => bar.until));
  return (
    <section aria-label="Attempts">
      <ol class="waterfall">
        {bars.map((bar, index) => (
          <BarLine
            key={`${index} ${bar.from}`}
            bar={bar}
            total={total}
            label={bar.key === null ? "wait" : labelOf(bar.key)}
            firstByteMs={bar.tone === "ok" ? row.firstByteMs : null}
          />
        ))}
      </ol>
      <div class="waterfall-scale quiet" aria-hidden="true">
        <span>0</span>
        <span>{formatDuration(total / 2)}</span>
        <span>{formatDuration(total)}</span>
      </div>
    </section>
  );
}

interface BarLineProps {
  bar: WaterfallBar;
  label: string;
  total: number;
  firstByteMs: number | null;
}

function BarLine({ bar, label, total, firstByteMs }: BarLineProps) {
  if (bar.tone === "skipped") {
    return (
      <li class="waterfall-line skipped">
        <div class="waterfall-who">
          <strong class="cut">{label}</strong>
          <span>not asked: {bar.words}</span>
          <span class="quiet">{bar.model}</span>
        </div>
      </li>
    );
  }
  const share = (ms: number) => `${((ms / total) * 100).toFixed(2)}%`;
  return (
    <li class={`waterfall-line ${bar.tone}`}>
      <div class="waterfall-who">
        <strong class="cut">{label}</strong>
        <span class="waterfall-result">{bar.result}</span>
        <span class="quiet">{formatDuration(bar.until - bar.from)}</span>
      </div>
      <div class="waterfall-track">
        <i class="waterfall-bar" style={{ left: share(bar.from), width: share(bar.until - bar.from) }} />
        {firstByteMs === null ? null : (
          <i
            class="waterfall-mark"
            style={{ left: share(firstByteMs) }}
            title={`first byte after ${formatDuration(firstByteMs)}`}
          />
        )}
      </div>
      {bar.tone === "ok" ? null : <p class="waterfall-words">{bar.words}</p>}
      {bar.model === null ? null : <p class="waterfall-words quiet">{bar.model}</p>}
      {bar.adjusted.length === 0 ? null : (
        <p class="waterfall-words quiet">Changed for this model: {bar.adjusted.join("; ")}</p>
      )}
    </li>
  );
}
