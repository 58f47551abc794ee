// What the system knows about a process: processor time, memory, open files. Linux only; elsewhere null.
import { readdir, readFile, readlink } from "node:fs/promises";

export const hasProcessFigures = process.platform === "linux";

export interface Memory {
  rssMb: number;
  /** The most it ever was. */
  peakMb: number;
}

/** Seconds of processor time in user and kernel mode since the start; its threads included, its children not. */
export async function readCpuSeconds(pid: number | null): Promise<number | null> {
  if (pid === null || !hasProcessFigures) return null;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export async function readMemory(pid: number): Promise<Memory | null> {
  if (!hasProcessFigures) return null;
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return { rssMb: kilobytes("VmRSS") / 1024, peakMb: kilobytes("VmHWM") / 1024 };
}

export interface OpenFiles {
  all: number;
  sockets: number;
}

export async function countOpenFiles(pid: number): Promise<OpenFiles | null> {
  if (!hasProcessFigures) return null;
  const names = await readdir(`/proc/${pid}/fd`);
  // A file may be closed between listing and reading.
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  return { all: names.length, sockets: targets.filter((target) => target.startsWith("socket:")).length };
}

/** What the kernel counts processor time in; 100 on every common Linux, and `getconf` says so. */
const ticksPerSecond = readTicksPerSecond();

function readTicksPerSecond(): number {
  if (Bun.which("getconf") === null) return 100;
  return Number(Bun.spawnSync(["getconf", "CLK_TCK"]).stdout.toString()) || 100;
}
