// Which startup file a shell reads when a person opens it, per shell and platform.
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { findProgram } from "../find-program";
import { runCommand } from "../run-command";
import type { SetupContext } from "../types";

export type ShellName = "zsh" | "bash" | "fish" | "powershell";

export interface StartupFile {
  readonly shell: ShellName;
  readonly path: string;
}

const namesOfShells: Readonly<Record<string, ShellName>> = {
  zsh: "zsh",
  bash: "bash",
  fish: "fish",
  pwsh: "powershell",
  powershell: "powershell",
};

/** The shell that the user logs in with, if it is one that we know. */
export function loginShell({ env, platform }: Pick<SetupContext, "env" | "platform">): ShellName | null {
  if (platform === "win32" && !env.SHELL) return "powershell";
  const program = basename((env.SHELL ?? "").replaceAll("\\", "/")).replace(/\.exe$/i, "");
  return Object.hasOwn(namesOfShells, program) ? (namesOfShells[program] ?? null) : null;
}

/**
 * The file of the login shell, whether it is there or not, and those of other shells that have been set up: a person who
 * has a `config.fish` uses fish.
 */
export async function findStartupFiles(context: SetupContext): Promise<StartupFile[]> {
  const own = loginShell(context);
  const files = await Promise.all([
    zshFile(context),
    bashFile(context, own),
    fishFile(context),
    powershellFile(context, own),
  ]);
  const known = files.filter((file) => file !== null);
  const inUse = await Promise.all(
    known.map(async (file) => file.shell === own || (await exists(usedBy(file, context)))),
  );
  return known.filter((_, index) => inUse[index]);
}

/** What shows that a shell is in use: its startup file, and for fish, where ours is a file of its own, the main one. */
function usedBy(file: StartupFile, context: SetupContext): string {
  return file.shell === "fish" ? join(configFolder(context), "fish", "config.fish") : file.path;
}

async function zshFile({ env, userHome }: SetupContext): Promise<StartupFile> {
  return { shell: "zsh", path: join(env.ZDOTDIR || userHome, ".zshrc") };
}

/** Terminals on macOS open login shells, which read the first of these three and no .bashrc. */
async function bashFile(
  { platform, userHome }: SetupContext,
  own: ShellName | null,
): Promise<StartupFile | null> {
  if (platform === "win32" && own !== "bash") return null;
  if (platform !== "darwin") return { shell: "bash", path: join(userHome, ".bashrc") };
  const candidates = [".bash_profile", ".bash_login", ".profile"].map((name) => join(userHome, name));
  for (const path of candidates) if (await exists(path)) return { shell: "bash", path };
  return { shell: "bash", path: join(userHome, ".bash_profile") };
}

/** fish reads every file in conf.d: ours needs no place in the user's own. */
async function fishFile(context: SetupContext): Promise<StartupFile> {
  return { shell: "fish", path: join(configFolder(context), "fish", "conf.d", "claude-failover.fish") };
}

async function powershellFile(context: SetupContext, own: ShellName | null): Promise<StartupFile | null> {
  const path =
    context.platform === "win32"
      ? own === "powershell"
        ? await askPowershell(context)
        : null
      : join(configFolder(context), "powershell", "profile.ps1");
  return path === null ? null : { shell: "powershell", path };
}

/** The documents folder may lie in OneDrive, or on another drive: only PowerShell itself knows. */
async function askPowershell(context: SetupContext): Promise<string> {
  const program = (await findProgram("pwsh", context)) ?? "powershell.exe";
  const script = "[Console]::OutputEncoding=[Text.Encoding]::UTF8; $PROFILE.CurrentUserAllHosts";
  const { code, stdout } = await runCommand(
    [program, "-NoProfile", "-NonInteractive", "-Command", script],
    context.env,
  );
  const path = code === 0 ? stdout.trim() : "";
  return path !== "" ? path : join(context.userHome, "Documents", "PowerShell", "profile.ps1");
}

function configFolder({ env, userHome }: SetupContext): string {
  return env.XDG_CONFIG_HOME?.startsWith("/") ? env.XDG_CONFIG_HOME : join(userHome, ".config");
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
