// The completion script for bash 3.2 and newer; it needs no other package.
import type { DescribedCommand, DescribedFlag, Values } from "./describe-commands";

export function renderBash(commands: readonly DescribedCommand[]): string {
  const names = commands.map((command) => command.name).join(" ");
  return `# bash completion for cf
_cf() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" place=0 index word skip=0
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if ((skip)); then skip=0; continue; fi
    if [[ -z $command ]]; then command="$word"; continue; fi
    case "$command $word" in
${indentBy(6, skipCases(commands))}
      *" -"*) ;;
      *) ((place++)) ;;
    esac
  done
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$current"))
    return
  fi
  case "$command" in
${commands.map((command) => indentBy(4, commandCase(command))).join("\n")}
  esac
}
_cf_names() { "\${COMP_WORDS[0]}" complete "$1" 2>/dev/null; }
complete -F _cf cf claude-failover
`;
}

/** Flags whose value is a word of its own. */
function skipCases(commands: readonly DescribedCommand[]): string {
  const patterns = commands.flatMap((command) =>
    command.flags
      .filter((flag) => flag.value !== null)
      .flatMap((flag) => namesOf(flag).map((name) => `"${command.name} ${name}"`)),
  );
  return `${patterns.join("|")}) skip=1 ;;`;
}

function commandCase(command: DescribedCommand): string {
  if (command.hasRest) return restCase(command);
  return `${command.name})\n${indentBy(2, `${flagPart(command)}\n${positionalPart(command)}`)}\n  ;;`;
}

/** What follows is another command line, which its own completion knows if that is loaded. */
function restCase(command: DescribedCommand): string {
  return `${command.name})
  ${flagPart(command).replaceAll("\n", "\n  ")}
  if ((place == 0)); then COMPREPLY=($(compgen -c -- "$current")); return; fi
  COMPREPLY=($(compgen -f -- "$current"))
  ;;`;
}

function flagPart(command: DescribedCommand): string {
  const values = command.flags.flatMap((flag) =>
    flag.value === null ? [] : `${namesOf(flag).join("|")}) ${reply(flag.value)}; return ;;`,
  );
  const all = command.flags.flatMap(namesOf).join(" ");
  const lines =
    values.length === 0 ? [] : [`case "$previous" in`, ...values.map((line) => `  ${line}`), "esac"];
  return [
    ...lines,
    `if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "${all}" -- "$current")); return; fi`,
  ].join("\n");
}

function positionalPart(command: DescribedCommand): string {
  const cases = command.positionals.map(
    (positional, index) => `  ${positional.repeats ? "*" : index}) ${reply(positional)} ;;`,
  );
  return cases.length === 0 ? ":" : ['case "$place" in', ...cases, "esac"].join("\n");
}

function reply({ choices, completes }: Values): string {
  if (completes === "file") return 'COMPREPLY=($(compgen -f -- "$current"))';
  if (completes !== null) return `COMPREPLY=($(compgen -W "$(_cf_names ${completes})" -- "$current"))`;
  return choices.length === 0 ? ":" : `COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$current"))`;
}

function namesOf(flag: DescribedFlag): string[] {
  return flag.short === null ? [flag.long] : [flag.long, flag.short];
}

function indentBy(columns: number, text: string): string {
  return text.replace(/^(?=.)/gm, " ".repeat(columns));
}
