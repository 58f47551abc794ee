// cf complete: the names that a completion script asks for. Not for people.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";

export const completeCommand = defineCommand({
  positionals: [{ name: "what", summary: "", required: true, choices: ["key", "profile"] }],
  flags: {},
  async run({ positionals, output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const names = await readNames(resolvePaths(env).config, positionals[0] === "key" ? "keys" : "profiles");
    for (const name of names) output.out.line(name);
    return exitCode.ok;
  },
});

/** Looks at the file as it is: a shell waits for the answer at every press of the tab key, and validity is no matter here. */
async function readNames(path: string, section: "keys" | "profiles"): Promise<string[]> {
  try {
    const config = await Bun.file(path).json();
    const names = Object.keys(config[section] ?? {});
    if (section === "keys") return [...names, ...Object.keys(config.openaiKeys ?? {})].filter(isPlain);
    return (names.length === 0 ? ["default"] : names).filter(isPlain);
  } catch {
    // No config, or none that can be read: then there is nothing to complete.
    return [];
  }
}

/** A name that would need quoting, or could be a token, is better typed by hand. */
function isPlain(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,63}$/.test(name) && !name.startsWith("sk-");
}
