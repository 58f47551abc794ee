// Reads a command's arguments strictly: what is not understood is an error, never ignored.
import { parseArgs } from "node:util";
import { suggest } from "../config/suggest";
import type { Command, Flag, Flags, FlagValues, Positional } from "./command";
import { quoteWord, usageError } from "./usage-error";

export type ParsedArguments =
  | { help: true }
  | { help: false; flags: FlagValues<Flags>; positionals: readonly string[]; rest: readonly string[] };

/** Every command has this one. */
export const helpFlag = { type: "switch", short: "h", summary: "Show this help" } as const;

/** Throws a usage error for anything that `command` does not take. A request for help wins over every other mistake. */
export function parseArguments(
  name: string,
  command: Command,
  argumentList: readonly string[],
): ParsedArguments {
  const flags: Flags = { ...command.flags, help: helpFlag };
  const { own, rest } = splitRest(command, flags, argumentList);
  const { tokens, positionals } = parseArgs({
    args: [...own],
    options: toParseOptions(flags),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const options = tokens.filter((token) => token.kind === "option");
  if (options.some((option) => option.name === "help" || isHelp(option.value))) return { help: true };

  const hint = `See "cf ${name} --help".`;
  const values = new Map<string, string | true>();
  for (const option of options) {
    const flag = Object.hasOwn(flags, option.name) ? flags[option.name] : undefined;
    if (flag === undefined) throw unknownFlag(option.rawName, flags, hint);
    if (flag.type === "switch") {
      if (option.value !== undefined) throw usageError(`${option.rawName} takes no value.`, hint);
      values.set(option.name, true);
      continue;
    }
    const value = option.value;
    const isNextFlag = option.inlineValue === false && value !== undefined && /^-./.test(value);
    if (value === undefined || value === "" || isNextFlag) {
      throw usageError(`${option.rawName} needs a value: ${option.rawName} ${flag.placeholder}.`, hint);
    }
    if (values.has(option.name)) throw usageError(`${option.rawName} is given twice.`, hint);
    checkFlagValue(option.rawName, flag, value, hint);
    values.set(option.name, value);
  }
  checkPositionals(command.positionals, positionals, hint);
  if (command.rest !== undefined && rest.length === 0)
    throw usageError(`The ${command.rest.name} is missing.`, hint);
  const flagValues = Object.entries(command.flags).map(([flagName, flag]) => [
    flagName,
    flag.type === "switch" ? values.has(flagName) : values.get(flagName),
  ]);
  return { help: false, flags: Object.fromEntries(flagValues), positionals, rest };
}

/** What is meant for the command itself, and the command line behind it. */
function splitRest(
  command: Command,
  flags: Flags,
  argumentList: readonly string[],
): { own: readonly string[]; rest: readonly string[] } {
  if (command.rest === undefined) return { own: argumentList, rest: [] };
  let at = 0;
  while (at < argumentList.length && argumentList[at]?.startsWith("-") && argumentList[at] !== "--") {
    const word = argumentList[at] ?? "";
    const takesNext = Object.entries(flags).some(
      ([name, flag]) => flag.type === "value" && (word === `--${name}` || word === `-${flag.short}`),
    );
    at += takesNext ? 2 : 1;
  }
  const own = argumentList.slice(0, at);
  return { own, rest: argumentList.slice(argumentList[at] === "--" ? at + 1 : at) };
}

function checkFlagValue(rawName: string, { choices }: Flag, value: string, hint: string): void {
  if (choices === undefined || choices.includes(value)) return;
  const known = `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
  throw usageError(
    `${rawName} must be ${known}, not ${quoteWord(value)}.${didYouMean(value, choices)}`,
    hint,
  );
}

function checkPositionals(
  expected: readonly Positional[],
  given: readonly (string | undefined)[],
  hint: string,
): void {
  const last = expected.at(-1);
  const repeated = last?.repeats === true ? given.slice(expected.length).map(() => last) : [];
  for (const [index, positional] of [...expected, ...repeated].entries()) {
    const value = given[index];
    if (value === undefined) {
      if (positional.required) throw usageError(`The ${positional.name} is missing.`, hint);
      continue;
    }
    if (positional.choices === undefined || positional.choices.includes(value)) continue;
    throw usageError(
      `Unknown ${positional.name} ${quoteWord(value)}.${didYouMean(value, positional.choices)}`,
      hint,
    );
  }
  if (given.length <= expected.length + repeated.length) return;
  const limit = expected.length === 0 ? "no arguments" : `at most ${countOf(expected.length)}`;
  // The extra ones are not repeated: a token pasted with a space in it ends up here.
  throw usageError(`Too many arguments: this command takes ${limit}. Quote a value with spaces.`, hint);
}

function unknownFlag(rawName: string, flags: Flags, hint: string) {
  const names = Object.entries(flags).flatMap(([name, flag]) => [
    `--${name}`,
    ...(flag.short === undefined ? [] : [`-${flag.short}`]),
  ]);
  return usageError(`Unknown option ${quoteWord(rawName)}.${didYouMean(rawName, names)}`, hint);
}

/** " Did you mean "x"?", or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = suggest(word, candidates);
  return meant === null ? "" : ` Did you mean "${meant}"?`;
}

function toParseOptions(flags: Flags) {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      {
        type: flag.type === "switch" ? ("boolean" as const) : ("string" as const),
        ...(flag.short === undefined ? {} : { short: flag.short }),
      },
    ]),
  );
}

/** `--port --help`: the parser takes the second for the first one's value. */
function isHelp(value: string | undefined): boolean {
  return value === "--help" || value === "-h";
}

function countOf(count: number): string {
  return count === 1 ? "one argument" : `${count} arguments`;
}
