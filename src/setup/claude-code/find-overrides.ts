// Finds what would keep Claude Code from using the address in the user's settings: stronger settings files and variables.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { redact } from "../../redact";
import { readTarget } from "../files/read-target";
import { readJson } from "../json/edit-json-file";
import { type JsonText, propertyAt } from "../json/parse-json";
import type { Environment, SetupContext } from "../types";
import { cloudSwitches } from "./cloud-switches";

const proxyVariables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/** One sentence for each, with the remedy. A settings file beats a variable of the same name; that alone is no override. */
export async function findOverrides(context: SetupContext, settings: JsonText): Promise<string[]> {
  const inSettings = (name: string) => {
    const value = propertyAt(settings.root, ["env", name])?.value.value;
    return typeof value === "string" ? value : undefined;
  };
  return [
    ...(await noteStrongerFiles(context)),
    ...noteClouds(context.env, inSettings),
    ...noteWebProxy(context, inSettings),
    ...noteVariable(context),
  ];
}

async function noteStrongerFiles(context: SetupContext): Promise<string[]> {
  const files = [
    ...(await managedFiles(context.platform)).map((path) => ({ path, kind: "managed settings" })),
    { path: join(context.cwd, ".claude", "settings.local.json"), kind: "project settings" },
    { path: join(context.cwd, ".claude", "settings.json"), kind: "project settings" },
  ];
  const own = join(context.userHome, ".claude", "settings.json");
  const notes = files.map(async ({ path, kind }) => {
    // In the home folder itself, the project's file is the user's.
    if (path === own) return [];
    const address = await readAddress(path);
    if (address === null || address === context.target.url) return [];
    return [
      `${path} (${kind}) sets ANTHROPIC_BASE_URL to ${showAddress(address)} and wins over the user's settings: there Claude Code does not use the proxy.`,
    ];
  });
  return (await Promise.all(notes)).flat();
}

/** Where administrators put settings that nobody can override. */
async function managedFiles(platform: NodeJS.Platform): Promise<string[]> {
  const folder =
    platform === "darwin"
      ? "/Library/Application Support/ClaudeCode"
      : platform === "win32"
        ? "C:\\Program Files\\ClaudeCode"
        : "/etc/claude-code";
  const parts = join(folder, "managed-settings.d");
  const names = await readdir(parts).catch(() => []);
  return [
    join(folder, "managed-settings.json"),
    ...names.filter((name) => name.endsWith(".json")).map((name) => join(parts, name)),
  ];
}

/** A file that is not there, or that we cannot read, is no reason to stop: it is not ours to judge. */
async function readAddress(path: string): Promise<string | null> {
  try {
    const value = propertyAt(readJson(await readTarget(path)).root, ["env", "ANTHROPIC_BASE_URL"])?.value
      .value;
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

function noteClouds(env: Environment, inSettings: (name: string) => string | undefined): string[] {
  return cloudSwitches
    .filter((name) => isOn(inSettings(name) ?? env[name]))
    .map((name) => `${name} is set: Claude Code then talks to that cloud and not to the proxy. Unset it.`);
}

/** Claude Code sends even requests for 127.0.0.1 through a web proxy, unless NO_PROXY says otherwise. */
function noteWebProxy(
  { env, target }: SetupContext,
  inSettings: (name: string) => string | undefined,
): string[] {
  const name = proxyVariables.find((variable) => inSettings(variable) ?? env[variable]);
  if (name === undefined) return [];
  const { hostname } = new URL(target.url);
  const exceptions = inSettings("NO_PROXY") ?? env.NO_PROXY ?? inSettings("no_proxy") ?? env.no_proxy ?? "";
  const isExcepted = exceptions
    .split(/[\s,]+/)
    .some((entry) => entry === "*" || entry.replace(/:\d+$/, "") === hostname);
  if (isExcepted) return [];
  return [
    `${name} is set: Claude Code would send its requests through that web proxy, which cannot reach ${hostname} on this machine. Set NO_PROXY=${hostname} too.`,
  ];
}

function noteVariable({ env, target }: SetupContext): string[] {
  const value = env.ANTHROPIC_BASE_URL;
  if (!value || value.replace(/\/$/, "") === target.url) return [];
  return [
    `The environment variable ANTHROPIC_BASE_URL is ${showAddress(value)}. Claude Code prefers its settings file, but other programs follow the variable.`,
  ];
}

/** An address of somebody else's gateway may carry a password, or a token in its query. */
export function showAddress(address: string): string {
  return redact(address.replace(/\/\/[^/@]*@/, "//").replace(/[?#].*$/s, ""));
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false", "no", "off"].includes(value.toLowerCase());
}
