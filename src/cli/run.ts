// The command line from argument list to exit code.
import { CfError, type ExitCode, exitCode } from "../errors";
import { version } from "../version";
import { commands, findCommand } from "./commands";
import { type Output, openOutput } from "./output";
import { didYouMean, parseArguments } from "./parse-arguments";
import { reportError } from "./report-error";
import { quoteWord, usageError } from "./usage-error";

const programFlags = ["--help", "-h", "--version"];

/** Runs one command line; resolves when all output is written. Never throws. */
export async function run(argumentList: readonly string[]): Promise<number> {
  const output = openOutput(process.env);
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error) => endOnFault(event, error, output));
  }
  const code = await dispatch(argumentList, output).catch((error: unknown) => reportError(error, output));
  if (await output.settle()) return code;
  return reportError(new CfError("output_lost", "The output could not be written."), output);
}

/** A fault outside of any await must not end in a stack trace, which could show a token. */
async function endOnFault(
  event: "uncaughtException" | "unhandledRejection",
  error: unknown,
  output: Output,
): Promise<void> {
  // A command that has something to take down (the demo, the proxy) listens itself, and decides.
  if (process.listenerCount(event) > 1) return;
  const code = await reportError(error, output);
  await output.settle();
  process.exit(code);
}

async function dispatch(argumentList: readonly string[], output: Output): Promise<number> {
  const [word, ...rest] = argumentList[0] === "--" ? argumentList.slice(1) : argumentList;
  if (word === "--version" || word === "-v" || word === "-V") {
    output.out.line(version);
    return exitCode.ok;
  }
  if (word === undefined || word === "--help" || word === "-h") return showHelp(undefined, output);
  if (word === "help") return showHelp(rest[0], output);
  if (word.startsWith("-")) {
    throw usageError(
      `Unknown option ${quoteWord(word)}.${didYouMean(word, programFlags)}`,
      "Options of a command come after its name: cf <command> [options].",
    );
  }
  const entry = entryOf(word);
  const command = await entry.load();
  const parsed = parseArguments(entry.name, command, rest);
  if (parsed.help) return showHelp(entry.name, output);
  const { flags, positionals, rest: commandLine } = parsed;
  return command.run({ flags, positionals, rest: commandLine, output, env: process.env });
}

async function showHelp(name: string | undefined, output: Output): Promise<ExitCode> {
  const { renderCommandHelp, renderProgramHelp } = await import("./render-help");
  const { paint } = output.out;
  if (name === undefined || name.startsWith("-")) {
    output.out.line(renderProgramHelp(paint));
    return exitCode.ok;
  }
  const entry = entryOf(name);
  output.out.line(renderCommandHelp(entry, await entry.load(), paint));
  return exitCode.ok;
}

function entryOf(name: string) {
  const entry = findCommand(name);
  if (entry !== undefined) return entry;
  const known = [...commands.map((command) => command.name), "help", ...programFlags];
  throw usageError(
    `Unknown command ${quoteWord(name)}.${didYouMean(name, known)}`,
    'See "cf --help" for all commands.',
  );
}
