// The completion script for zsh, for the completion system that compinit sets up.
import type { DescribedCommand, DescribedFlag, Values } from "./describe-commands";

export function renderZsh(commands: readonly DescribedCommand[]): string {
  return `#compdef cf claude-failover
_cf_names() {
  local -a names
  names=(\${(f)"$(_call_program names \${words_cf} complete $1 2>/dev/null)"})
  compadd -a names
}
_cf() {
  local context state state_descr line words_cf=$words[1]
  typeset -A opt_args
  _arguments -C '--help[Show help]' '--version[Print the version]' '1:command:->command' '*::argument:->argument' && return
  case $state in
    command)
      local -a commands
      commands=(
${commands.map((command) => `        ${quote(`${escapeColon(command.name)}:${command.summary}`)}`).join("\n")}
      )
      _describe -t commands command commands ;;
    argument)
      case $words[1] in
${commands.map(commandCase).join("\n")}
      esac ;;
  esac
}
if [[ $funcstack[1] == _cf ]]; then _cf "$@"; else compdef _cf cf claude-failover; fi
`;
}

function commandCase(command: DescribedCommand): string {
  const specs = [
    ...command.flags.flatMap(flagSpecs),
    ...command.positionals.map((positional, index) => {
      return `${positional.repeats ? "*" : index + 1}::${escapeColon(positional.name)}:${action(positional)}`;
    }),
    ...(command.hasRest ? ["*:::command:_normal"] : []),
  ];
  const lines = specs.map((spec) => `            ${quote(spec)}`).join(" \\\n");
  return `        ${command.name})\n          _arguments -S \\\n${lines} ;;`;
}

function flagSpecs(flag: DescribedFlag): string[] {
  const value = flag.value === null ? "" : `:${escapeColon(flag.value.placeholder)}:${action(flag.value)}`;
  const names = flag.short === null ? [flag.long] : [flag.long, flag.short];
  const excluded = names.length === 1 ? "" : `(${names.join(" ")})`;
  return names.map((name) => `${excluded}${name}[${flag.summary.replace(/[[\]\\:]/g, "\\$&")}]${value}`);
}

function action({ choices, completes }: Values): string {
  if (completes === "file") return "_files";
  // The space in front: otherwise _arguments puts options of its own between the two words.
  if (completes !== null) return ` _cf_names ${completes}`;
  return choices.length === 0 ? " " : `(${choices.join(" ")})`;
}

function escapeColon(text: string): string {
  return text.replaceAll(":", "\\:");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
