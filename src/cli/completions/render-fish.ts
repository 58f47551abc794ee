// The completion script for fish 3 and newer.
import type { DescribedCommand, DescribedFlag, Values } from "./describe-commands";

export function renderFish(commands: readonly DescribedCommand[]): string {
  const names = commands.map((command) => command.name).join(" ");
  return `# fish completion for cf
function __cf_names
    set -l tokens (commandline -opc)
    $tokens[1] complete $argv[1] 2>/dev/null
end
# How many words follow the command that are no flags.
function __cf_place
    set -l tokens (commandline -opc)
    set -l place 0
    for token in $tokens[3..-1]
        string match -q -- '-*' $token; or set place (math $place + 1)
    end
    test $place -eq $argv[1]
end
for program in cf claude-failover
    # Other programs of this name have completions too.
    complete -c $program -e
    complete -c $program -f
    complete -c $program -n 'not __fish_seen_subcommand_from ${names}' -l help -s h -d 'Show help'
    complete -c $program -n 'not __fish_seen_subcommand_from ${names}' -l version -d 'Print the version'
${commands
  .flatMap((command) => describe(command, names))
  .map((line) => `    ${line}`)
  .join("\n")}
end
`;
}

function describe(command: DescribedCommand, names: string): string[] {
  const here = `-n ${quote(`__fish_seen_subcommand_from ${command.name}`)}`;
  return [
    `complete -c $program -n ${quote(`not __fish_seen_subcommand_from ${names}`)} -a ${command.name} -d ${quote(command.summary)}`,
    ...command.flags.map((flag) => `complete -c $program ${here} ${flagOf(flag)}`),
    ...command.positionals.flatMap((positional, index) => {
      const words = wordsOf(positional);
      const isHere = positional.repeats ? "" : `; and __cf_place ${index}`;
      const place = `-n ${quote(`__fish_seen_subcommand_from ${command.name}${isHere}`)}`;
      return words === null ? [] : [`complete -c $program ${place} ${words}`];
    }),
    ...(command.hasRest
      ? [`complete -c $program ${here} -a '(__fish_complete_subcommand --fcs-skip=2)'`]
      : []),
  ];
}

function flagOf({ long, short, summary, value }: DescribedFlag): string {
  const name = `-l ${long.slice(2)}${short === null ? "" : ` -s ${short.slice(1)}`}`;
  const words = value === null ? null : wordsOf(value);
  const takes = value === null ? "" : words === null || words === "-F" ? " -r" : ` -x ${words}`;
  return `${name}${takes} -d ${quote(summary)}`;
}

function wordsOf({ choices, completes }: Values): string | null {
  if (completes === "file") return "-F";
  if (completes !== null) return `-a '(__cf_names ${completes})'`;
  return choices.length === 0 ? null : `-a ${quote(choices.join(" "))}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
