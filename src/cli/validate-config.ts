// `cf config validate`: is a config right, told to people or, as JSON, to a build.
import { resolve } from "node:path";
import { ConfigError } from "../config/config-error";
import { type LoadedConfig, readConfig } from "../config/file";
import { loadText } from "../config/load-document";
import type { Paths } from "../config/paths";
import { CfError, exitCode } from "../errors";
import { noteWarning } from "./note-config-change";
import type { Output } from "./output";

export interface ValidateOptions {
  readonly paths: Paths;
  /** undefined: the config in use; "-": stdin. */
  readonly file: string | undefined;
  readonly json: boolean;
}

type Checked = Pick<LoadedConfig, "config" | "warnings"> & { readonly text: string | null };

/** Resolves with the exit code. Throws a ConfigError with every fault unless they are printed as JSON. */
export async function validateConfig(options: ValidateOptions, output: Output): Promise<number> {
  const { json } = options;
  const place = options.file === undefined ? options.paths.config : options.file;
  try {
    const checked = await load(options);
    if (json) print({ valid: true, file: place, problems: [], warnings: checked.warnings }, output);
    else describe(checked, place, output);
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (json) {
      print({ valid: false, file: place, problems: error.problems, warnings: [] }, output);
      return error.exit;
    }
    // Messages name config.json whatever the file is called.
    if (options.file === undefined) throw error;
    throw new ConfigError(error.problems, { hint: `That is: ${place}`, cause: error });
  }
}

async function load({ paths, file }: ValidateOptions): Promise<Checked> {
  if (file === "-") {
    const text = await Bun.stdin.text();
    return { ...loadText(text.replace(/^\uFEFF/, "")), text };
  }
  if (file === undefined) return readConfig(paths);
  const loaded = await readConfig({ ...paths, config: resolve(file) });
  if (loaded.text === null)
    throw new CfError("no_file", `There is no file ${file}.`, { exit: exitCode.usage });
  // Who may read it matters only where it is in use.
  return { ...loaded, warnings: loaded.warnings.filter(({ code }) => code !== "config_readable_by_others") };
}

function describe({ config, text, warnings }: Checked, place: string, { out, err }: Output): void {
  const contents = `${count(config.profiles.length, "profile")}, ${count(config.keys.size, "key")}`;
  out.line(
    text === null
      ? `There is no config file yet: the defaults apply (${contents}).`
      : `${place === "-" ? "The config" : place} is valid: ${contents}.`,
  );
  for (const warning of warnings) noteWarning(warning, err);
}

function print(result: Record<string, unknown>, { out }: Output): void {
  out.line(JSON.stringify(result, null, 2));
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
