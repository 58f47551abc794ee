// Edits the config file of a running proxy as a person with an editor would.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CfProcess } from "./cf-process";

/** A config file of which a test changes parts. */
export type ConfigJson = Record<string, unknown> & {
  profiles: Record<string, Record<string, unknown>>;
  keys: Record<string, Record<string, unknown>>;
};

export function configPath(cf: Pick<CfProcess, "home">): string {
  return join(cf.home, "config.json");
}

export async function readConfigJson(cf: Pick<CfProcess, "home">): Promise<ConfigJson> {
  return JSON.parse(await readFile(configPath(cf), "utf8"));
}

/** Changes the file by writing it in place, or by renaming a new one over it. */
export async function editConfig(
  cf: Pick<CfProcess, "home">,
  edit: (config: ConfigJson) => void,
  how: "in place" | "rename" = "rename",
): Promise<void> {
  const config = await readConfigJson(cf);
  edit(config);
  await writeConfig(cf, `${JSON.stringify(config, null, 2)}\n`, how);
}

export async function writeConfig(
  cf: Pick<CfProcess, "home">,
  text: string,
  how: "in place" | "rename" = "rename",
): Promise<void> {
  const path = configPath(cf);
  if (how === "in place") return writeFile(path, text);
  await writeFile(`${path}.edited`, text, { mode: 0o600 });
  await rename(`${path}.edited`, path);
}
