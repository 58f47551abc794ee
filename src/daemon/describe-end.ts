// Why a process ended, in words for status and log.
import { redact } from "../redact";

const longestWords = 300;

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | number | null;
  /** The last of what it wrote to stderr. */
  readonly stderr: string;
}

/** "killed by SIGSEGV: panic(main thread): …", "ended with exit code 1"; one line, without a token. */
export function describeEnd({ exitCode, signal, stderr }: ProcessEnd): string {
  const how = signal === null ? `ended with exit code ${exitCode}` : `was killed by ${signal}`;
  const why = signal === "SIGKILL" ? " (the system does that when memory runs out)" : "";
  const words = lastWords(stderr);
  return redact(`${how}${why}${words === "" ? "" : `: ${words}`}`).slice(0, longestWords);
}

/** The line that looks most like a reason: the last one that names an error, else the last one. */
function lastWords(stderr: string): string {
  const lines = Bun.stripANSI(stderr)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.findLast((line) => /error|panic|fatal|exception|memory/i.test(line)) ?? lines.at(-1) ?? "";
}
