// What a command is: the values it takes, in a form that parsing, help and completions can read, and its code.
import type { ExitCode } from "../errors";
import type { Output } from "./output";

export interface Flag {
  /** A switch takes no value; a value flag must have one and may be given once. */
  readonly type: "switch" | "value";
  readonly short?: string;
  /** The value's name in help: N, URL. */
  readonly placeholder?: string;
  readonly summary: string;
}

export interface Positional {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  /** The only values that are right. */
  readonly choices?: readonly string[];
  /** The last one may be given several times. */
  readonly repeats?: boolean;
}

export type Flags = Readonly<Record<string, Flag>>;

export type FlagValues<Known extends Flags> = { [Name in keyof Known]: FlagValue<Known[Name]["type"]> };

type FlagValue<Type extends Flag["type"]> = Type extends "switch" ? boolean : string | undefined;

export interface Invocation<Known extends Flags> {
  readonly flags: FlagValues<Known>;
  readonly positionals: readonly string[];
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Command<Known extends Flags = Flags> {
  readonly flags: Known;
  readonly positionals: readonly Positional[];
  /** What help says beyond the summary of the list of commands; lines of at most 80 columns. */
  readonly details?: string;
  readonly examples?: readonly string[];
  run(invocation: Invocation<Known>): Promise<ExitCode>;
}

/** Types a command's `run` by its flags. */
export function defineCommand<const Known extends Flags>(command: Command<Known>): Command<Known> {
  return command;
}
