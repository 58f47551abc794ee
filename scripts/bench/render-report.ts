// The report for people: one table for each kind of figure, medians first, the extremes of the rounds in brackets.
import type { TargetName } from "./bench-context";
import type { BenchResult } from "./bench-result";
import type { TargetThroughput } from "./measure-throughput";
import { renderRecord } from "./render-record";
import { renderTable } from "./render-table";
import { renderTranslation } from "./render-translation";
import type { Spread } from "./statistics";

/** Whoever has less of its processor was not the bottleneck. */
const loadLimitedBelow = 0.9;
const absent = "-";

export function renderReport(result: BenchResult): string {
  const { machine, rounds, pinning, seconds } = result;
  const heading = [
    `${machine.processors} x ${machine.processor}, ${machine.system}, Bun ${machine.bun}, ${machine.nginx ?? "no nginx"}`,
    `Median [min-max] of ${rounds} rounds; ${pinning}. ${Math.round(seconds)} s in all.`,
    ...result.missing.map((words) => `Not measured: ${words}`),
  ];
  const sections = [
    heading.join("\n"),
    renderThroughput(result),
    result.showsCpu ? renderCpu(result) : "",
    renderTranslation(result.translation),
    renderRecord(result.record),
    renderLatency(result),
    renderMemory(result),
    renderStartup(result),
    renderAims(result),
    renderWrong(result),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function renderThroughput({ throughput, machine }: BenchResult): string {
  if (throughput.length === 0) return "";
  const rows = throughput.map(({ title, targets, toNginx, toNginxSpooling }) => [
    title,
    rate(targets.direct),
    rate(targets.nginx),
    rate(targets.nginxSpooling),
    rate(targets.cf),
    share(toNginx),
    share(toNginxSpooling),
  ]);
  const heading = [
    "Requests/s, 16 at a time",
    "direct",
    "nginx",
    "nginx 16k",
    "cf",
    "cf/nginx",
    "cf/nginx 16k",
  ];
  const note =
    "nginx keeps bodies up to 2 MB in memory here; nginx 16k (its default) puts those above 16 KB into a file.";
  const table = renderTable([heading, ...rows]);
  return machine.nginx === null ? table : `${table}\n${note}`;
}

function renderCpu({ throughput }: BenchResult): string {
  const measured = throughput.filter(({ targets }) => targets.cf?.cpuMsPerRequest != null);
  if (measured.length === 0) return "";
  const rows = measured.map(({ title, targets, toNginxByCpu }) => [
    title,
    processorTime(targets.nginx),
    processorTime(targets.nginxSpooling),
    processorTime(targets.cf),
    toNginxByCpu === null ? absent : toNginxByCpu.toFixed(2),
  ]);
  const limited = measured.filter(({ targets }) => (targets.nginx?.busy ?? 1) < loadLimitedBelow);
  const note =
    limited.length === 0
      ? ""
      : `\nnginx did not have or need all of its processor at: ${limited.map(({ title }) => title).join("; ")}.\nThere the load or other programs held it back, and the ratio of processor time tells more than that of requests/s.`;
  const heading = ["Processor time per request, us (busy)", "nginx", "nginx 16k", "cf", "nginx/cf"];
  return `${renderTable([heading, ...rows])}${note}`;
}

function renderLatency({ latency }: BenchResult): string {
  if (latency.length === 0) return "";
  const rows = latency.flatMap(({ what, concurrency, targets, added }) =>
    (["p50Ms", "p99Ms"] as const).map((part) => [
      `${what}, ${concurrency} at a time, ${part.slice(0, 3)}`,
      milliseconds(targets.direct?.[part]),
      milliseconds(added.nginx?.[part]),
      milliseconds(added.cf?.[part]),
    ]),
  );
  return renderTable([["Time, ms", "direct", "nginx adds", "cf adds"], ...rows]);
}

function renderMemory({ memory }: BenchResult): string {
  if (memory === null) return "";
  const rows = memory.readings.map(({ requests, rssMb, peakMb }) => [
    `after ${requests.toLocaleString("en")} requests`,
    rssMb.toFixed(0),
    peakMb.toFixed(0),
  ]);
  return renderTable([["Memory of a fresh cf, MB", "now", "peak"], ...rows]);
}

function renderStartup({ startup }: BenchResult): string {
  if (startup === null) return "";
  return renderTable([
    ["Start-up, ms", "median [min-max]"],
    ["cf --version", milliseconds(startup.versionMs)],
    ["cf start until it listens", milliseconds(startup.listeningMs)],
  ]);
}

function renderAims({ aims }: BenchResult): string {
  if (aims.length === 0) return "";
  return renderTable([
    ["Aim", "", "measured", ""],
    ...aims.map(({ name, aim, measured, met }) => [name, aim, measured, met ? "ok" : "missed"]),
  ]);
}

function renderWrong({ throughput }: BenchResult): string {
  const lines = throughput.flatMap(({ title, targets }) =>
    Object.entries(targets).flatMap(([name, { wrong, wrongSample }]) =>
      wrong === 0 ? [] : [`WRONG ANSWERS: ${title} by ${name}: ${wrong}, such as ${wrongSample}`],
    ),
  );
  return lines.join("\n");
}

function rate(target: TargetThroughput | undefined): string {
  if (target === undefined) return absent;
  const { median, min, max } = target.requestsPerSecond;
  return `${short(median)} [${short(min)}-${short(max)}]`;
}

function short(count: number): string {
  return count < 10_000 ? String(Math.round(count)) : `${(count / 1000).toFixed(1)}k`;
}

function processorTime(target: TargetThroughput | undefined): string {
  if (target?.cpuMsPerRequest == null || target.busy === null) return absent;
  return `${(target.cpuMsPerRequest.median * 1000).toFixed(0)} (${Math.round(target.busy * 100)} %)`;
}

function share(ratio: Spread | null): string {
  if (ratio === null) return absent;
  return `${ratio.median.toFixed(2)} [${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}]`;
}

function milliseconds(value: Spread | undefined): string {
  if (value === undefined) return absent;
  return `${value.median.toFixed(2)} [${value.min.toFixed(2)}-${value.max.toFixed(2)}]`;
}

/** Wrong answers of any part: the figures then mean nothing. */
export function countWrong({ throughput, latency, translation, record, memory }: BenchResult): number {
  const sum = (targets: Partial<Record<TargetName, { wrong: number }>>) =>
    Object.values(targets).reduce((total, { wrong }) => total + wrong, 0);
  const recorded = record.reduce((total, { wrong }) => total + wrong, 0);
  const others = (memory?.wrong ?? 0) + (translation?.wrong ?? 0) + recorded;
  return [...throughput, ...latency].reduce((total, { targets }) => total + sum(targets), others);
}
