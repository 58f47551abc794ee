// Points Claude Code at the proxy: sets env.ANTHROPIC_BASE_URL in the user's settings.json, and a token where one is needed.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Node } from "jsonc-parser";
import { isLoopbackHost } from "../../config/loopback";
import { CfError } from "../../errors";
import { noteReadOnly, readTarget, type TargetFile } from "../files/read-target";
import { findProgram } from "../find-program";
import { editJsonFile, readJson, type Setting } from "../json/edit-json-file";
import { type JsonText, lineOf, propertyAt } from "../json/parse-json";
import { placeholderToken } from "../placeholder-token";
import type { Environment, Machine, SetupContext, ToolPlan } from "../types";
import { findLogin } from "./find-login";
import { findOverrides, showAddress } from "./find-overrides";

/** The folder of its settings: `CLAUDE_CONFIG_DIR`, else `~/.claude`. */
export function claudeFolder(env: Environment, userHome: string): string {
  return env.CLAUDE_CONFIG_DIR || join(userHome, ".claude");
}

/** Throws a CfError if the settings file is there and cannot be edited. */
export async function planClaudeCode(context: SetupContext): Promise<ToolPlan> {
  const folder = claudeFolder(context.env, context.userHome);
  const file = await readTarget(join(folder, "settings.json"));
  const json = readJson(file);
  checkShape(file, json);
  const { settings, notes, holdsSecret } = await chooseSettings(context, folder, json);
  const edit = editJsonFile(file, json, settings, (mode) => chooseMode(mode, holdsSecret));
  const traces = [folder, stateFile(context, folder)].map((path) => stat(path).then(Boolean, () => false));
  const found = (await Promise.all(traces)).includes(true) || (await findProgram("claude", context)) !== null;
  const secretNotes = holdsSecret && edit !== null ? noteSecret(file) : [];
  return {
    tool: "claude-code",
    found,
    done: edit === null,
    edits: edit === null ? [] : [edit],
    notes: [
      ...(edit === null ? [] : await noteReadOnly(file)),
      ...notes,
      ...secretNotes,
      ...noteForeignSyntax(file, json),
      ...(await findOverrides(context, json)),
      ...(edit === null
        ? []
        : ["Sessions of Claude Code that run already may keep their address until they are restarted."]),
    ],
  };
}

interface Choice {
  readonly settings: readonly Setting[];
  readonly notes: readonly string[];
  readonly holdsSecret: boolean;
}

async function chooseSettings(context: SetupContext, folder: string, json: JsonText): Promise<Choice> {
  const { url, clientToken } = context.target;
  const current = propertyAt(json.root, ["env", "ANTHROPIC_BASE_URL"])?.value;
  const address = current !== undefined && isSameAddress(current.value, url) ? [] : [addressOf(url)];
  const notes = address.length === 0 ? [] : noteReplaced(current);
  const tokenPath = ["env", "ANTHROPIC_AUTH_TOKEN"];
  if (clientToken !== null) {
    const token = { path: tokenPath, value: clientToken };
    return { settings: [...address, token], notes, holdsSecret: true };
  }
  // A login of its own stays in use: with a token beside it, Claude Code would leave its subscription's features off.
  const login = await findLogin(context, stateFile(context, folder), folder, json);
  if (login !== null) return { settings: address, notes, holdsSecret: false };
  const why = `Claude Code has no login of its own here and would refuse to start: it gets the placeholder "${placeholderToken}" as its token.`;
  const token = { path: tokenPath, value: placeholderToken };
  return { settings: [...address, token], notes: [...notes, why], holdsSecret: false };
}

/** Claude Code's own state, which tells whether somebody is logged in. */
export function stateFile({ env, userHome }: Pick<Machine, "env" | "userHome">, folder: string): string {
  return env.CLAUDE_CONFIG_DIR ? join(folder, ".claude.json") : join(userHome, ".claude.json");
}

/** A file with a secret is for its owner alone; another file keeps its mode. */
function chooseMode(mode: number | null, holdsSecret: boolean): number {
  if (mode === null) return 0o600;
  return holdsSecret ? mode & ~0o077 : mode;
}

function checkShape(file: TargetFile, json: JsonText): void {
  const { root } = json;
  if (root !== null && root.type !== "object") {
    throw unfit(file, lineOf(json, root), "it must hold an object, { … }");
  }
  const env = propertyAt(root, ["env"]);
  if (env === undefined || env.value.type === "object" || env.value.type === "null") return;
  throw unfit(file, lineOf(json, env.node), '"env" must be an object, { … }');
}

function unfit(file: TargetFile, line: number, why: string): CfError {
  return new CfError("setup_unfit_settings", `${file.path}:${line} cannot be edited: ${why}.`, {
    hint: "The file was left as it is. Mend it, then run this again.",
  });
}

function addressOf(url: string): Setting {
  return { path: ["env", "ANTHROPIC_BASE_URL"], value: url };
}

/** `http://localhost:4080/` leads where `http://127.0.0.1:4080` does. */
function isSameAddress(value: unknown, url: string): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const one = new URL(value);
  const other = new URL(url);
  if (one.href === other.href) return true;
  const isHere = isLoopbackHost(one.hostname) && isLoopbackHost(other.hostname);
  return (
    isHere && one.protocol === "http:" && one.port === other.port && one.pathname === "/" && one.search === ""
  );
}

function noteReplaced(before: Node | undefined): string[] {
  if (before === undefined) return [];
  const address = before.type === "string" ? showAddress(before.value) : "not a text";
  return [`Its address was ${address} so far; undo brings it back.`];
}

function noteSecret(file: TargetFile): string[] {
  const mode = file.mode ?? 0o600;
  return [
    "The client token of the config is written into this file, because Claude Code has to send it.",
    ...((mode & 0o077) === 0
      ? []
      : [
          `Its mode goes from 0${mode.toString(8)} to 0${(mode & ~0o077).toString(8)}: it then holds a secret.`,
        ]),
    ...(file.isLink ? [`It is a link to ${file.target}: do not commit that file anywhere.`] : []),
  ];
}

/** Claude Code 2 reads plain JSON only. */
function noteForeignSyntax(file: TargetFile, json: JsonText): string[] {
  if (json.root === null) return [];
  try {
    JSON.parse(json.text);
    return [];
  } catch {
    return [
      `${file.path} has comments or trailing commas. They are kept, but Claude Code reads plain JSON only and may ignore the whole file.`,
    ];
  }
}
