// The screen of `cf stats`: sums first, then a table by the dimension that was asked for.
import type { BreakdownRow, Dimension, Percentiles, Totals } from "../state/ledger/types";
import { formatCount, formatDollars, formatShare, formatTokens } from "./print/amounts";
import { cleanText, fitText } from "./print/clean-text";
import type { Clock } from "./print/open-clock";
import type { Paint } from "./print/paint";
import { formatTable } from "./print/table";
import { formatMilliseconds } from "./print/times";
import type { Stats } from "./read-stats";

const indent = "  ";
const longestName = 40;
const headings: Record<Dimension, string> = {
  key: "Key",
  model: "Model",
  profile: "Profile",
  provider: "Provider",
  client: "Client",
  day: "Day",
};

export function renderStats(stats: Stats, clock: Clock, paint: Paint): string[] {
  const since = clock(Date.parse(stats.since));
  const { totals } = stats;
  if (totals.requests === 0) return [`Nothing was recorded since ${since}.`];
  return [
    paint.bold(`Since ${since}`),
    ...formatTable(describeSums(stats, paint), { indent, width: null }),
    "",
    ...tableOf(stats, paint),
  ];
}

function describeSums({ totals, latency }: Stats, paint: Paint): { text: string; style?: Paint["dim"] }[][] {
  const rows: [string, string][] = [
    ["Requests", joinFacts(describeServices(totals))],
    ["Tokens", joinFacts(describeTokens(totals))],
    ["Cost", joinFacts(describeCost(totals))],
    ["First byte", describeTimes(latency.firstByteMs)],
    ["Whole answer", describeTimes(latency.totalMs)],
  ];
  if (totals.hiddenErrors > 0) {
    const count = totals.hiddenErrors;
    rows.splice(1, 0, [
      "Hidden",
      `${formatCount(count)} ${count === 1 ? "error" : "errors"} that no client saw`,
    ]);
  }
  return rows.map(([name, text]) => [{ text: name, style: paint.dim }, { text }]);
}

function describeServices({ requests, asked, rotated, fellBack, failed, cancelled }: Totals): string[] {
  const share = (count: number, words: string) =>
    count === 0 ? [] : [`${formatCount(count)} ${words} (${formatShare(count, requests)})`];
  return [
    formatCount(requests),
    ...share(asked, "as asked"),
    ...share(rotated, "rotated"),
    ...share(fellBack, "fell back"),
    ...share(failed, "failed"),
    ...share(cancelled, "cancelled"),
  ];
}

function describeTokens(totals: Totals): string[] {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = totals;
  const prompt = promptOf(totals);
  const out = `${formatTokens(outputTokens)} out`;
  return [
    `${formatTokens(prompt)} in, ${formatTokens(inputTokens)} of it uncached`,
    `cache share ${formatShare(cacheReadTokens, prompt)}`,
    reasoningTokens === 0 ? out : `${out}, ${formatTokens(reasoningTokens)} of it reasoning`,
  ];
}

function describeCost({ costUsd, unpriced, cacheSavedUsd }: Totals): string[] {
  const saved = `the cache saved ${formatDollars(cacheSavedUsd)}`;
  const unknown = `${formatCount(unpriced)} ${unpriced === 1 ? "request" : "requests"} without a known price`;
  return [
    formatDollars(costUsd),
    ...(Math.abs(cacheSavedUsd) < 0.00005 ? [] : [saved]),
    ...(unpriced === 0 ? [] : [unknown]),
  ];
}

function describeTimes(times: Percentiles | null): string {
  if (times === null) return "–";
  const { p50, p90, p99 } = times;
  return `median ${formatMilliseconds(p50)} · 90 % within ${formatMilliseconds(p90)} · 99 % within ${formatMilliseconds(p99)}`;
}

function tableOf({ by, rows }: Stats, paint: Paint): string[] {
  const columns = [
    headings[by],
    "Requests",
    "As asked",
    "Rotated",
    "Fell back",
    "Failed",
    "In",
    "Cache",
    "Out",
    "Cost",
  ];
  const cells = rows.map(({ name, totals }: BreakdownRow) => {
    const count = (value: number) => (value === 0 ? "–" : formatCount(value));
    const cost = totals.costUsd === 0 && totals.unpriced > 0 ? "unknown" : formatDollars(totals.costUsd);
    return [
      fitText(cleanText(name), longestName),
      formatCount(totals.requests),
      count(totals.asked),
      count(totals.rotated),
      count(totals.fellBack),
      count(totals.failed),
      formatTokens(promptOf(totals)),
      formatShare(totals.cacheReadTokens, promptOf(totals)),
      formatTokens(totals.outputTokens),
      cost,
    ].map((text) => ({ text }));
  });
  return formatTable(cells, { indent, width: null, headings: columns, headingStyle: paint.dim });
}

function promptOf({ inputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens }: Totals): number {
  return inputTokens + cacheReadTokens + cacheWrite5mTokens + cacheWrite1hTokens;
}

function joinFacts(facts: readonly string[]): string {
  return facts.join(" · ");
}
