// Finds the path of this binary that survives an upgrade: a link on PATH rather than the versioned file that it leads to.
import { realpath } from "node:fs/promises";
import { CfError } from "../../errors";
import { findPrograms, isProgram } from "../find-program";
import type { Machine } from "../types";

export interface StableExecutable {
  readonly path: string;
  /** Why the path may lead nowhere one day; null: it looks lasting. */
  readonly fleeting: "versioned" | "temporary" | null;
}

/** Folders that package managers make anew for each version. */
const versioned = [
  /[/\\]Cellar[/\\]/,
  /^\/nix\/store\//,
  /[/\\]_npx[/\\]/,
  /[/\\]\.nvm[/\\]versions[/\\]/,
  /[/\\]\.(?:asdf|local[/\\]share[/\\]mise)[/\\]installs[/\\]/,
  /[/\\]node_modules[/\\]/,
  /[/\\]scoop[/\\]apps[/\\][^/\\]+[/\\](?!current[/\\])/,
];

/** The running binary, all links resolved. Throws a CfError when the program runs from its source: there is none then. */
export function thisExecutable(): string {
  // A compiled binary finds its own code in a file system inside itself.
  if (Bun.main.startsWith("/$bunfs/") || Bun.main.includes("~BUN")) return process.execPath;
  throw new CfError("autostart_from_source", "Autostart needs the binary; this is the program's source.", {
    hint: "Build it (npm run build), copy dist/cf to a folder on PATH, and run it from there.",
  });
}

/** `execPath`: the running binary with all links resolved, as `process.execPath` has it. */
export async function findExecutable(machine: Machine, execPath: string): Promise<StableExecutable> {
  const named = [
    ...(await findPrograms("cf", machine)),
    ...(await findPrograms("claude-failover", machine)),
    ...homebrewLinks(execPath),
  ];
  const same = await Promise.all(named.map(async (path) => ((await leadsTo(path, execPath)) ? [path] : [])));
  const candidates = [...same.flat(), execPath];
  const stable = candidates.find((path) => !isVersioned(path));
  const path = stable ?? candidates[0] ?? execPath;
  return { path, fleeting: isVersioned(path) ? "versioned" : isTemporary(path) ? "temporary" : null };
}

export function isVersioned(path: string): boolean {
  return versioned.some((pattern) => pattern.test(path));
}

function isTemporary(path: string): boolean {
  return /^\/(?:private\/)?(?:tmp|var\/folders|var\/tmp)\//.test(path);
}

/** Homebrew's own links to whichever version is installed. */
export function homebrewLinks(execPath: string): string[] {
  const [, prefix, formula, rest] = /^(.*)\/Cellar\/([^/]+)\/[^/]+\/(.+)$/.exec(execPath) ?? [];
  if (prefix === undefined) return [];
  return [`${prefix}/${rest}`, `${prefix}/opt/${formula}/${rest}`];
}

async function leadsTo(path: string, execPath: string): Promise<boolean> {
  if (!(await isProgram(path))) return false;
  const target = await realpath(path).catch(() => null);
  return target === execPath;
}
