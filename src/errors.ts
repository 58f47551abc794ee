// The one error class of the program, and the exit codes of the command line.

export const exitCode = { ok: 0, failed: 1, usage: 2, notRunning: 3, noKeyServes: 4 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** An expected failure: a stable code, a message that names the place, and a hint that names the remedy. */
export class CfError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** One of `exitCode`; a command that runs another program has those of a shell as well. */
  readonly exit: number;

  constructor(
    code: string,
    message: string,
    options: { hint?: string; cause?: unknown; exit?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CfError";
    this.code = code;
    this.hint = options.hint;
    this.exit = options.exit ?? exitCode.failed;
  }
}
