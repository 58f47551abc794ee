// cf setup: points tools at the proxy and starts it at login; shows every edit first and can take it back.
import type { Paths } from "../../config/paths";
import type { SetupTool } from "../../setup/types";
import { defineCommand } from "../command";
import { usageError } from "../usage-error";

export const setupCommand = defineCommand({
  positionals: [
    {
      name: "tool",
      summary: "What to set up; none: all that are found, autostart only when it is named",
      choices: ["claude-code", "cursor", "shell", "autostart"],
      repeats: true,
    },
  ],
  flags: {
    autostart: { type: "switch", summary: "Also start the proxy at login" },
    "dry-run": { type: "switch", summary: "Show the edits and make none" },
    undo: { type: "switch", summary: "Take back what setup did: all of it, or for the tools named" },
    profile: { type: "value", placeholder: "NAME", summary: "Use the port of this profile" },
    yes: { type: "switch", short: "y", summary: "Do not ask on a terminal" },
    json: { type: "switch", summary: "Print JSON; never asks" },
  },
  details: [
    "Every edit is shown as a diff first. On a terminal it asks before it writes; elsewhere",
    "it does not. A backup of each file is kept. Undo restores the exact bytes of a file that",
    "was not changed since, and takes out only its own part otherwise.",
  ].join("\n"),
  examples: [
    "cf setup",
    "cf setup claude-code --profile night",
    "cf setup --autostart",
    "cf setup --dry-run",
    "cf setup --undo",
  ],
  async run({ flags, positionals, output, env }) {
    const named = [...new Set([...positionals, ...(flags.autostart ? ["autostart"] : [])].filter(isTool))];
    const { resolvePaths } = await import("../../config/paths");
    const paths: Paths = resolvePaths(env);
    const { json } = flags;
    const asks = !json && !flags.yes && process.stdin.isTTY === true && output.out.width !== null;
    const mode = { dryRun: flags["dry-run"], json, asks };
    if (flags.undo) {
      if (flags.profile !== undefined) {
        throw usageError("--profile has no meaning with --undo.", 'See "cf setup --help".');
      }
      const { undoSetup } = await import("../undo-setup");
      return undoSetup({ tools: named, paths, env, output, ...mode });
    }
    // `--autostart` is one thing more; `autostart` as a tool is that alone.
    const isDefault = positionals.length === 0;
    const tools: SetupTool[] = isDefault ? ["claude-code", "cursor", "shell", ...named] : named;
    const { setUpTools } = await import("../set-up-tools");
    const { profile } = flags;
    return setUpTools({ tools, isDefault, profile, paths, env, output, ...mode });
  },
});

function isTool(name: string): name is SetupTool {
  return ["claude-code", "cursor", "shell", "autostart"].includes(name);
}
