// Compares the figures with what we aim for. An aim that is missed is news, not a failure.
import type { Figures } from "./bench-result";

export interface Aim {
  name: string;
  /** In words, with the unit. */
  aim: string;
  measured: string;
  met: boolean;
}

const million = 1_000_000;

/** Only for what was measured. */
export function judgeAims({ throughput, latency, translation, record, memory, startup }: Figures): Aim[] {
  const find = (name: string) => throughput.find((result) => result.name === name);
  const alone = latency.find(({ what, concurrency }) => what === "answer" && concurrency === 1);
  const last = memory?.readings.at(-1);
  const count =
    last === undefined || last.requests >= million ? "a million" : last.requests.toLocaleString("en");
  return [
    ratioAim("1 KB requests/s", 0.55, "nginx", find("1k")?.toNginx?.median),
    ratioAim(
      "240 KB requests/s",
      1,
      "nginx (default 16 KB body buffer)",
      find("240k")?.toNginxSpooling?.median,
    ),
    ratioAim("240 KB requests/s", 1, "nginx (2 MB body buffer)", find("240k")?.toNginx?.median),
    ratioAim("500 events, 500 writes", 0.6, "nginx", find("sse-many")?.toNginx?.median),
    ratioAim("500 events, one write", 0.6, "nginx", find("sse-one")?.toNginx?.median),
    ...(translation?.throughput ?? []).flatMap(({ title, wires }) =>
      wires
        .filter(({ wire }) => wire !== "events")
        .map(({ wire, toPassThrough }) =>
          ratioAim(`${title}, from ${wire}`, 0.5, "pass-through", toPassThrough.median),
        ),
    ),
    ...(translation?.firstEvent ?? [])
      .filter(({ wire }) => wire !== "events")
      .map(({ wire, addedMs }) => limitAim(`first event added, from ${wire}`, 2, "ms", addedMs.p50.median)),
    ...record.map(({ title, toBare }) =>
      ratioAim(`${title}, recorded and watched`, 0.95, "a cf without record", toBare.median),
    ),
    limitAim("p99 added, one at a time", 2, "ms", alone?.added.cf?.p99Ms.median),
    limitAim(`memory after ${count} requests`, 120, "MB", last?.rssMb),
    limitAim("cf --version", 20, "ms", startup?.versionMs.median),
    limitAim("cf start until it listens", 100, "ms", startup?.listeningMs.median),
  ].filter((aim) => aim !== null);
}

function ratioAim(name: string, atLeast: number, of: string, ratio: number | undefined): Aim | null {
  if (ratio === undefined) return null;
  return {
    name,
    aim: `at least ${atLeast.toFixed(2)} of ${of}`,
    measured: ratio.toFixed(2),
    met: ratio >= atLeast,
  };
}

function limitAim(name: string, under: number, unit: string, value: number | undefined): Aim | null {
  if (value === undefined) return null;
  return { name, aim: `under ${under} ${unit}`, measured: `${value.toFixed(1)} ${unit}`, met: value < under };
}
