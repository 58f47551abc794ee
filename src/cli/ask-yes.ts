// Asks a yes-or-no question on a terminal.
import type { Channel } from "./output";

/** True for y or yes; a mere Enter, Ctrl-D and everything else mean no. */
export async function askYes(question: string, err: Channel): Promise<boolean> {
  err.write(`${question} [y/N] `);
  const { stdin } = process;
  const answer = await new Promise<string>((resolve) => {
    stdin.setEncoding("utf8");
    stdin.once("data", (chunk) => resolve(String(chunk)));
    stdin.once("end", () => resolve(""));
    stdin.once("error", () => resolve(""));
  });
  stdin.pause();
  if (!answer.endsWith("\n")) err.line();
  return /^\s*y(es)?\s*$/i.test(answer);
}
