// What a command is: the values it takes, in a form that parsing, help and completions can read, and its code.
import type { Output } from "./output";

export interface Flag {
  /** A switch takes no value; a value flag must have one and may be given once. */
  readonly type: "switch" | "value";
  readonly short?: string;
  /** The value's name in help: N, URL. */
  readonly placeholder?: string;
  readonly summary: string;
  /** The only values that are right. */
  readonly choices?: readonly string[];
  /** What its value names, for completions. */
  readonly completes?: Completed;
}

/** Ids of keys and names of profiles are read from the config when they are asked for. */
export type Completed = "key" | "profile" | "file";

export interface Positional {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  /** The only values that are right. */
  readonly choices?: readonly string[];
  /** The last one may be given several times. */
  readonly repeats?: boolean;
  /** What its value names, for completions. */
  readonly completes?: Completed;
}

export type Flags = Readonly<Record<string, Flag>>;

export type FlagValues<Known extends Flags> = { [Name in keyof Known]: FlagValue<Known[Name]["type"]> };

type FlagValue<Type extends Flag["type"]> = Type extends "switch" ? boolean : string | undefined;

export interface Invocation<Known extends Flags> {
  readonly flags: FlagValues<Known>;
  readonly positionals: readonly string[];
  /** The command line to run, of a command that has one; else empty. */
  readonly rest: readonly string[];
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Command<Known extends Flags = Flags> {
  readonly flags: Known;
  readonly positionals: readonly Positional[];
  /** Everything from the first word that is no flag, or behind `--`, is another command line: it is not looked at. */
  readonly rest?: { readonly name: string; readonly summary: string };
  /** What help says beyond the summary of the list of commands; lines of at most 80 columns. */
  readonly details?: string;
  readonly examples?: readonly string[];
  /** Resolves with the exit code. */
  run(invocation: Invocation<Known>): Promise<number>;
}

/** Types a command's `run` by its flags. */
export function defineCommand<const Known extends Flags>(command: Command<Known>): Command<Known> {
  return command;
}
