// Finds programs on PATH.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Environment } from "./types";

/** Absolute paths of every program of that name on PATH, the first being the one that a shell would run. */
export async function findPrograms(
  name: string,
  { env, platform }: { readonly env: Environment; readonly platform: NodeJS.Platform },
): Promise<string[]> {
  // A relative entry means another program in every folder.
  const folders = (env.PATH ?? "").split(delimiter).filter(isAbsolute);
  const names = platform === "win32" ? [`${name}.exe`, `${name}.cmd`, name] : [name];
  const candidates = folders.flatMap((folder) => names.map((file) => join(folder, file)));
  const found = await Promise.all(candidates.map(async (path) => ((await isProgram(path)) ? [path] : [])));
  return [...new Set(found.flat())];
}

/** The program that a shell would run, or null. */
export async function findProgram(
  name: string,
  machine: { readonly env: Environment; readonly platform: NodeJS.Platform },
): Promise<string | null> {
  return (await findPrograms(name, machine))[0] ?? null;
}

export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, not ours to run, or not a file: no program.
    return false;
  }
}
