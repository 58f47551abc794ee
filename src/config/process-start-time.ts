// Tells when a process began, so that a pid that the system has given to another process is never taken for ours.
import { readFile } from "node:fs/promises";

/**
 * An opaque text that stays the same for the whole life of process `pid` and differs for any later process with the
 * same pid. null: there is no such process (a zombie counts as gone), or the system does not tell.
 */
export async function processStartTime(pid: number): Promise<string | null> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  if (process.platform === "linux") return readFromProc(pid);
  if (process.platform === "win32") return askPowershell(pid);
  return askPs(pid);
}

/** proc_pid_stat(5). The command name, in parentheses, may hold anything: the fields count from its end. */
export function parseProcStat(stat: string): { state: string; startTicks: string } | null {
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTicks = rest[18];
  if (state === undefined || startTicks === undefined || !/^\d+$/.test(startTicks)) return null;
  return { state, startTicks };
}

async function readFromProc(pid: number): Promise<string | null> {
  const stat = parseProcStat((await readIfThere(`/proc/${pid}/stat`)) ?? "");
  if (stat === null || stat.state === "Z" || stat.state === "X") return null;
  // The ticks count from boot: without the boot's id, a pid of the same service after a reboot could match.
  const boot = await readIfThere("/proc/sys/kernel/random/boot_id");
  return `${stat.startTicks}@${boot?.trim() ?? "unknown-boot"}`;
}

async function askPs(pid: number): Promise<string | null> {
  // lstart is printed in the local time zone and language: without these two it would change under our feet.
  const answer = await outputOf(["/bin/ps", "-o", "stat=,lstart=", "-p", String(pid)], {
    LC_ALL: "C",
    TZ: "UTC",
  });
  const [, state, started] = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(answer ?? "") ?? [];
  if (state === undefined || started === undefined || state.startsWith("Z")) return null;
  return started.replace(/\s+/g, " ");
}

async function askPowershell(pid: number): Promise<string | null> {
  const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
  const answer = await outputOf(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", script]);
  return answer?.trim() || null;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    // Gone, or hidden from us (hidepid): both mean that nothing can be said about it.
    return null;
  }
}

/** stdout of a command that succeeded, else null. */
async function outputOf(command: string[], env: Record<string, string> = {}): Promise<string | null> {
  try {
    const child = Bun.spawn(command, {
      env: { ...process.env, ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    const text = await new Response(child.stdout).text();
    return (await child.exited) === 0 ? text : null;
  } catch {
    // The system has no such program: nothing can be said about the process.
    return null;
  }
}
