// The command table in the form that completion scripts are made of.
import type { Command, Completed } from "../command";
import { commands } from "../commands";
import { helpFlag } from "../parse-arguments";

/** What may stand at a place: fixed words, names that the config knows, files, or anything. */
export interface Values {
  readonly choices: readonly string[];
  readonly completes: Completed | null;
}

export interface DescribedFlag {
  /** `--json`, `-n`. */
  readonly long: string;
  readonly short: string | null;
  readonly summary: string;
  /** null: a switch. */
  readonly value: (Values & { readonly placeholder: string }) | null;
}

export interface DescribedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly DescribedFlag[];
  /** In their order. */
  readonly positionals: readonly (Values & { readonly name: string; readonly repeats: boolean })[];
  /** Another command line follows. */
  readonly hasRest: boolean;
}

export async function describeCommands(): Promise<DescribedCommand[]> {
  const loaded = await Promise.all(
    commands.map(async (entry) => describe(entry.name, entry.summary, await entry.load())),
  );
  const names = loaded.map((command) => command.name);
  const help = { choices: names, completes: null, name: "command", repeats: false };
  return [...loaded, { name: "help", summary: "Show help", flags: [], positionals: [help], hasRest: false }];
}

function describe(name: string, summary: string, command: Command): DescribedCommand {
  const flags = Object.entries({ ...command.flags, help: helpFlag }).map(
    ([flagName, flag]): DescribedFlag => {
      const { choices = [], completes = null, placeholder = "VALUE" } = { ...flag };
      return {
        long: `--${flagName}`,
        short: flag.short === undefined ? null : `-${flag.short}`,
        summary: flag.summary,
        value: flag.type === "switch" ? null : { choices, completes, placeholder },
      };
    },
  );
  const positionals = command.positionals.map((positional) => ({
    name: positional.name,
    choices: positional.choices ?? [],
    completes: positional.completes ?? null,
    repeats: positional.repeats ?? false,
  }));
  return { name, summary, flags, positionals, hasRest: command.rest !== undefined };
}
