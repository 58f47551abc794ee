// Help texts: of the program, and of each command.
import type { Command, Flags } from "./command";
import { type CommandEntry, commands } from "./commands";
import { helpFlag } from "./parse-arguments";
import type { Paint } from "./print/paint";
import { formatTable } from "./print/table";

const indent = "  ";

/** What `cf` and `cf --help` print. */
export function renderProgramHelp(paint: Paint): string {
  const groups = [...new Set(commands.flatMap((entry) => entry.group ?? []))];
  const nameWidth = Math.max(...commands.map((entry) => entry.name.length));
  return [
    `${paint.bold("Claude Failover")}  keeps Claude clients working when an API key runs into its rate limit.`,
    "",
    `${paint.bold("Usage")}  cf <command> [options]`,
    ...groups.flatMap((group) => [
      "",
      paint.bold(group),
      ...commands
        .filter((entry) => entry.group === group)
        .map((entry) => `${indent}${paint.cyan(entry.name.padEnd(nameWidth))}   ${entry.summary}`),
    ]),
    "",
    paint.bold("Options"),
    `${indent}${paint.cyan("--help, -h".padEnd(nameWidth))}   Show this help, or that of a command: cf <command> --help`,
    `${indent}${paint.cyan("--version".padEnd(nameWidth))}   Print the version`,
    "",
    paint.dim("First steps: cf add-key, cf start -d, cf setup"),
  ].join("\n");
}

/** What `cf <command> --help` prints. */
export function renderCommandHelp(entry: CommandEntry, command: Command, paint: Paint): string {
  const named = command.rest === undefined ? command.positionals : [command.rest];
  const positionals = named.map(({ name, summary }): [string, string] => [name, summary]);
  return [
    entry.summary,
    "",
    `${paint.bold("Usage")}  ${usageLine(entry.name, command)}`,
    ...section("Arguments", positionals, paint),
    ...section("Options", describeFlags({ ...command.flags, help: helpFlag }), paint),
    ...(command.details === undefined ? [] : ["", command.details]),
    ...(command.examples === undefined
      ? []
      : ["", paint.bold("Examples"), ...command.examples.map((example) => indent + example)]),
  ].join("\n");
}

function usageLine(name: string, command: Command): string {
  const positionals = command.positionals.map((positional) => {
    const shown = positional.choices?.join("|") ?? positional.name;
    const more = positional.repeats === true ? "..." : "";
    return positional.required ? `<${shown}>${more}` : `[${shown}]${more}`;
  });
  const options = Object.keys(command.flags).length === 0 ? [] : ["[options]"];
  if (command.rest !== undefined)
    return ["cf", name, ...options, "--", `<${command.rest.name}...>`].join(" ");
  return ["cf", name, ...positionals, ...options].join(" ");
}

function describeFlags(flags: Flags): [string, string][] {
  return Object.entries(flags).map(([name, flag]) => {
    const value = flag.placeholder === undefined ? "" : ` ${flag.placeholder}`;
    const short = flag.short === undefined ? "" : `, -${flag.short}`;
    return [`--${name}${value}${short}`, flag.summary];
  });
}

function section(title: string, rows: readonly [string, string][], paint: Paint): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(([name, summary]) => [{ text: name, style: paint.cyan }, { text: summary }]);
  return ["", paint.bold(title), ...formatTable(cells, { indent, width: null })];
}
