// What is wrong with a config, each fault with its place.
import { CfError, exitCode } from "../errors";
import { redact } from "../redact";
import type { DocumentPath } from "./document";

export interface ConfigProblem {
  /** As people write it: `profiles.work.port`; empty for the file as a whole. */
  readonly path: string;
  /** In the file, from 1; null for a config that did not come from a file. */
  readonly line: number | null;
  /** Only for syntax errors: in the line, from 1. */
  readonly column: number | null;
  /** What is wrong and what was probably meant. Holds no value that could be a token. */
  readonly message: string;
}

/** An invalid config; the message has one line for each problem. */
export class ConfigError extends CfError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options: { hint?: string; cause?: unknown } = {}) {
    super("config_invalid", problems.map(formatProblem).join("\n"), { ...options, exit: exitCode.usage });
    this.problems = problems;
  }
}

/** `config.json:12 profiles.work.port: 99999 is above 65535` */
export function formatProblem(problem: ConfigProblem): string {
  const place = [problem.line, problem.column].filter((number) => number !== null);
  const file = ["config.json", ...place].join(":");
  return `${file}${problem.path === "" ? "" : ` ${problem.path}`}: ${problem.message}`;
}

/** `profiles.work.port`, `modelFallback["gpt-5.4"]`, `profiles.work.keyOrder[2]`; redacted, a name could be a token. */
export function formatPath(path: DocumentPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = shorten(redact(step));
    if (!/^[\w$-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

function shorten(name: string): string {
  const characters = [...name];
  return characters.length <= 60 ? name : `${characters.slice(0, 59).join("")}…`;
}
