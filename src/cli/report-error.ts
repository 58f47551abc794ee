// How a failed command ends: one message with its remedy, never a stack trace, never a token.
import { CfError, exitCode } from "../errors";
import type { Output } from "./output";
import { cleanText } from "./print/clean-text";

/** Writes what went wrong to stderr and returns the exit code for it. */
export async function reportError(error: unknown, output: Output): Promise<number> {
  const { redact } = await import("../redact");
  const { err } = output;
  if (error instanceof CfError) {
    const [first = "", ...more] = redact(error.message).split("\n");
    err.line(`${err.paint.red("error:")} ${cleanText(first)}`);
    for (const line of more) err.line(`${" ".repeat("error: ".length)}${cleanText(line)}`);
    if (error.hint !== undefined) err.line(redact(error.hint));
    return error.exit;
  }
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  err.line(`${err.paint.red("error:")} Unexpected: ${cleanText(redact(words).split("\n", 1)[0] ?? "")}`);
  err.line("This is a fault in cf. Please report it with the command and the output of cf --version.");
  return exitCode.failed;
}
