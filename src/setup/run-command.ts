// Runs a program of the system and collects what it says.
import type { Environment } from "./types";

export interface CommandResult {
  /** null: it could not be started, or took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const defaultDeadlineMs = 20_000;

/** Never throws: a program that is not there has `code` null and says so in `stderr`. */
export async function runCommand(
  command: readonly string[],
  env: Environment,
  deadlineMs = defaultDeadlineMs,
): Promise<CommandResult> {
  const [program = "", ...rest] = command;
  // Looked up in the PATH that was given, not in that of this process.
  const path = Bun.which(program, { PATH: env.PATH ?? "" });
  if (path === null) return { code: null, stdout: "", stderr: `${program} is not on this machine` };
  try {
    const child = Bun.spawn([path, ...rest], {
      env: { ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: deadlineMs,
      killSignal: "SIGKILL",
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    await child.exited;
    if (child.signalCode !== null) return { code: null, stdout, stderr: `${program} did not answer` };
    return { code: child.exitCode, stdout, stderr };
  } catch (error) {
    return { code: null, stdout: "", stderr: error instanceof Error ? error.message : String(error) };
  }
}
