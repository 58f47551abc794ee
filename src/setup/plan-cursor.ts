// Says what Cursor can do with a proxy on this machine, which is nothing that setup could edit.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { findProgram } from "./find-program";
import type { SetupContext, ToolPlan } from "./types";

/** Never has edits: Cursor keeps keys and addresses in its own database and its own settings page. */
export async function planCursor(context: SetupContext): Promise<ToolPlan> {
  return {
    tool: "cursor",
    found: await isInstalled(context),
    done: false,
    edits: [],
    notes: [
      "Cursor's chat and agent cannot use this proxy, and setup changes nothing there. Cursor has no base URL for Anthropic models; its one override (Settings > Models > Override OpenAI Base URL) wants an OpenAI-style API, which this proxy does not offer, and its requests come from Cursor's own servers, which cannot reach this machine.",
      "What works inside Cursor: Claude Code, in its terminal or as its extension. It reads ~/.claude/settings.json: cf setup claude-code",
    ],
  };
}

async function isInstalled(context: SetupContext): Promise<boolean> {
  const { env, platform, userHome } = context;
  const traces =
    platform === "darwin"
      ? ["/Applications/Cursor.app", join(userHome, "Library", "Application Support", "Cursor")]
      : platform === "win32"
        ? [join(env.APPDATA ?? join(userHome, "AppData", "Roaming"), "Cursor")]
        : [join(env.XDG_CONFIG_HOME || join(userHome, ".config"), "Cursor")];
  const found = await Promise.all([join(userHome, ".cursor"), ...traces].map(exists));
  return found.includes(true) || (await findProgram("cursor", context)) !== null;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
