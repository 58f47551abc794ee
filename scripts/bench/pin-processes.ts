// Gives the measured proxy a processor of its own, where the system can do that, so that the load does not take it away.
import { readFile } from "node:fs/promises";

/** Prefixes of the command that starts a process; empty where nothing is pinned. */
export interface Pins {
  proxy: string[];
  load: string[];
  upstream: string[];
  /** For the report. */
  description: string;
}

export async function planPins(): Promise<Pins> {
  const [first, second, third] = await allowedProcessors();
  const free = { proxy: [], load: [], upstream: [] };
  if (Bun.which("taskset") === null) return { ...free, description: "not pinned: there is no taskset here" };
  if (first === undefined || second === undefined)
    return { ...free, description: "not pinned: one processor only" };
  const pin = (processor: number) => ["taskset", "-c", String(processor)];
  if (third === undefined) {
    const description = "the proxy has one processor, load and upstream share the other";
    return { proxy: pin(second), load: pin(first), upstream: pin(first), description };
  }
  const description = "proxy, load and upstream have one processor each";
  return { proxy: pin(third), load: pin(first), upstream: pin(second), description };
}

async function allowedProcessors(): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const status = await readFile("/proc/self/status", "utf8");
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [low = Number.NaN, high = low] = range.split("-").map(Number);
    return Array.from({ length: high - low + 1 }, (_, index) => low + index);
  });
}
