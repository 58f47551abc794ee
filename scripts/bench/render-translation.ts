// The report's table of translated streams.
import type { Wire } from "./answers";
import type { TranslationResult } from "./measure-translation";
import { renderTable } from "./render-table";
import type { Spread } from "./statistics";

const names: Record<Wire, string> = {
  events: "passed through",
  chat: "from Chat Completions",
  responses: "from Responses",
};

export function renderTranslation(translation: TranslationResult | null): string {
  if (translation === null) return "";
  const rates = translation.throughput.flatMap(({ title, wires }) =>
    wires.map(({ wire, eventsPerSecond, toPassThrough }) => [
      `${title}, ${names[wire]}`,
      show(eventsPerSecond, (rate) => `${(rate / 1000).toFixed(0)}k`),
      wire === "events" ? "-" : show(toPassThrough, (ratio) => ratio.toFixed(2)),
    ]),
  );
  const times = translation.firstEvent.map(({ wire, addedMs }) => [
    `First event, ${names[wire]}`,
    show(addedMs.p50, (ms) => ms.toFixed(2)),
    show(addedMs.p99, (ms) => ms.toFixed(2)),
  ]);
  const rateTable = renderTable([
    ["Upstream events/s, 16 at a time", "events/s", "to pass-through"],
    ...rates,
  ]);
  const timeTable = renderTable([["cf adds to the upstream's own time, ms", "p50", "p99"], ...times]);
  const wrong = translation.wrong === 0 ? "" : `\nWRONG ANSWERS: ${translation.wrong} of translated streams`;
  return `${rateTable}\n\n${timeTable}${wrong}`;
}

function show({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} [${format(min)}-${format(max)}]`;
}
