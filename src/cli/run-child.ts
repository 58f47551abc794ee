// Runs another program in this terminal and ends as it ended.
import { constants } from "node:os";
import { fileErrorCode } from "../config/explain-file-error";
import { CfError } from "../errors";
import { quoteWord } from "./usage-error";

/** As shells have it. */
const notFound = 127;
const notExecutable = 126;

const forwarded = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"] as const;

/** Resolves with the exit code of the program. One that a signal ended ends this process by the same signal. */
export async function runChild(
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const running: { child?: Bun.Subprocess } = {};
  const pass = (signal: NodeJS.Signals) => {
    // What is typed at a terminal reaches the program by itself; twice would mean more than once.
    const isTyped = (signal === "SIGINT" || signal === "SIGQUIT") && process.stdin.isTTY;
    if (!isTyped) running.child?.kill(signal);
  };
  // Before the program starts: a signal right after that must not end this process alone.
  for (const signal of forwarded) process.on(signal, pass);
  const stopListening = () => {
    for (const signal of forwarded) process.off(signal, pass);
  };
  let child: Bun.Subprocess;
  try {
    child = spawn(command, env);
    running.child = child;
    await child.exited;
  } finally {
    stopListening();
  }
  if (child.signalCode === null) return child.exitCode ?? 1;
  return endBySignal(child.signalCode);
}

function spawn(command: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const [program = ""] = command;
  try {
    return Bun.spawn([...command], { env, stdin: "inherit", stdout: "inherit", stderr: "inherit" });
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === "") throw error;
    const isMissing = code === "ENOENT";
    const message = isMissing
      ? `There is no program ${quoteWord(program)}.`
      : `${quoteWord(program)} cannot be run (${code}).`;
    throw new CfError("not_runnable", message, { exit: isMissing ? notFound : notExecutable });
  }
}

async function endBySignal(signal: NodeJS.Signals | number): Promise<number> {
  process.kill(process.pid, signal);
  // Signals that are ignored here, or that this process survives, leave the exit code of a shell.
  await Bun.sleep(100);
  return 128 + (typeof signal === "number" ? signal : constants.signals[signal]);
}
