// The period in a line of figures.
import type { Figures } from "../../../src/server/contract";
import { formatCount, formatDuration, formatMoney, formatShare, formatShort, plural } from "../../format";
import { cacheShare, inputTokens } from "../../usage/metrics";

export function FigureStrip({ figures: { totals, latency } }: { figures: Figures }) {
  const served = totals.asked + totals.rotated + totals.fellBack;
  const moved = totals.rotated + totals.fellBack;
  const [first, total] = [latency.firstByteMs, latency.totalMs];
  const figures: [name: string, value: string, more: string][] = [
    ["Requests", formatCount(totals.requests), `${formatShare(served / totals.requests)} served`],
    [
      "Moved on",
      formatCount(moved),
      `${formatCount(totals.rotated)} rotated, ${formatCount(totals.fellBack)} fell back`,
    ],
    ["Failed", formatCount(totals.failed), `${plural(totals.hiddenErrors, "error")} spared`],
    [
      "Cost",
      formatMoney(totals.costUsd),
      totals.unpriced > 0 ? `${plural(totals.unpriced, "request")} without a known price` : "all priced",
    ],
    [
      "Tokens",
      formatShort(inputTokens(totals) + totals.outputTokens),
      `${formatShort(inputTokens(totals))} in, ${formatShort(totals.outputTokens)} out`,
    ],
    [
      "Cache share",
      formatShare(cacheShare(totals)),
      totals.cacheSavedUsd > 0 ? `saved ${formatMoney(totals.cacheSavedUsd)}` : "of the input",
    ],
    [
      "First byte",
      first === null ? "–" : formatDuration(first.p50),
      first === null ? "not measured" : `p90 ${formatDuration(first.p90)}`,
    ],
    [
      "Whole answer",
      total === null ? "–" : formatDuration(total.p50),
      total === null ? "not measured" : `p90 ${formatDuration(total.p90)}`,
    ],
  ];
  return (
    <dl class="figure-strip panel">
      {figures.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd class="quiet">{more}</dd>
        </div>
      ))}
    </dl>
  );
}
