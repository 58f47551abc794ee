// Runs one command of the binary beside a proxy, as a person would.
import { findBinary } from "./cf-binary";

/** What it prints; throws with its messages unless it ends well. */
export async function runCommand(home: string, args: readonly string[]): Promise<string> {
  const child = Bun.spawn([await findBinary(), ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: home, CF_HOME: home, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`cf ${args.join(" ")} ended with ${code}: ${err}`);
  return out;
}
