// Points programs that are started from a shell at the proxy: ANTHROPIC_BASE_URL in a marked block of its startup file.
import { noteReadOnly, readTarget } from "../files/read-target";
import type { FileEdit, SetupContext, ToolPlan } from "../types";
import { editBlock, lineOfLaterValue } from "./edit-block";
import { findStartupFiles, loginShell, type ShellName, type StartupFile } from "./startup-files";

const variable = "ANTHROPIC_BASE_URL";
const remark = '# Written by "cf setup shell"; taken out again by "cf setup shell --undo".';

/** Throws a CfError if a startup file is there and cannot be edited. */
export async function planShell(context: SetupContext): Promise<ToolPlan> {
  const files = await findStartupFiles(context);
  const plans = await Promise.all(files.map((file) => planFile(file, context.target.url)));
  const edits = plans.flatMap(({ edit }) => edit ?? []);
  return {
    tool: "shell",
    found: files.length > 0,
    done: files.length > 0 && edits.length === 0,
    edits,
    notes: [
      ...noteUnknownShell(context, files),
      ...noteClientToken(context),
      ...plans.flatMap(({ notes }) => notes),
      ...notePolicy(context, edits),
      ...(edits.length === 0 ? [] : ["Shells that are open already do not have it: open a new one."]),
    ],
  };
}

/** The lines of the block: an assignment in the shell's own language. */
function composeLines(shell: ShellName, url: string): string[] {
  return [remark, assignment(shell, variable, url)];
}

async function planFile(
  { shell, path }: StartupFile,
  url: string,
): Promise<{ edit: FileEdit | null; notes: string[] }> {
  const file = await readTarget(path);
  const edit = editBlock(file, composeLines(shell, url), 0o644);
  const line = lineOfLaterValue(file, variable);
  const later =
    line === null
      ? []
      : [`${path}:${line} sets ${variable} once more, behind the block, and wins. Remove it.`];
  return { edit, notes: [...(edit === null ? [] : await noteReadOnly(file)), ...later] };
}

function assignment(shell: ShellName, name: string, value: string): string {
  // An address has no character that needs more than quotes: it is made of a host and a port.
  if (shell === "fish") return `set -gx ${name} '${value}'`;
  if (shell === "powershell") return `$env:${name} = '${value}'`;
  return `export ${name}='${value}'`;
}

function noteUnknownShell(context: SetupContext, files: readonly StartupFile[]): string[] {
  const own = loginShell(context);
  if (own !== null) return [];
  const shell = context.env.SHELL ? `The shell ${context.env.SHELL}` : "A shell without the variable SHELL";
  const others = files.length === 0 ? "" : " Other shells that have a startup file are set up.";
  return [`${shell} is not known to setup. By hand: ANTHROPIC_BASE_URL=${context.target.url}${others}`];
}

/** Startup files are readable by others and end up in repositories: no secret is written there. */
function noteClientToken({ target }: SetupContext): string[] {
  if (target.clientToken === null) return [];
  return [
    "The proxy asks for its client token, which is not written into startup files. Set ANTHROPIC_AUTH_TOKEN yourself, or start programs with: cf run -- <command>",
  ];
}

function notePolicy({ platform }: SetupContext, edits: readonly FileEdit[]): string[] {
  if (platform !== "win32" || !edits.some(({ path }) => path.endsWith(".ps1"))) return [];
  return [
    "PowerShell reads its profile only where scripts may run: Set-ExecutionPolicy -Scope CurrentUser RemoteSigned",
  ];
}
