// The report's table of what recording costs.
import type { RecordResult } from "./measure-record";
import { renderTable } from "./render-table";
import type { Spread } from "./statistics";

export function renderRecord(results: readonly RecordResult[]): string {
  if (results.length === 0) return "";
  const rows = results.map(({ title, toBare, toBareByCpu }) => [
    title,
    show(toBare),
    toBareByCpu === null ? "-" : show(toBareByCpu),
  ]);
  const heading = [
    "Record, metrics and a viewer, beside a cf without them",
    "requests/s",
    "requests by processor time",
  ];
  const wrong = results.reduce((sum, result) => sum + result.wrong, 0);
  const note = wrong === 0 ? "" : `\nWRONG ANSWERS: ${wrong} while recording was measured`;
  return `${renderTable([heading, ...rows])}${note}`;
}

function show({ median, min, max }: Spread): string {
  return `${median.toFixed(3)} [${min.toFixed(2)}-${max.toFixed(2)}]`;
}
