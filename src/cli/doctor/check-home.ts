// Checks the config and the files around it: valid, readable for their owner alone, writable for us.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { fileErrorCode } from "../../config/explain-file-error";
import { findOpenModes } from "../../config/repair-modes";
import { type DoctorContext, usableConfig } from "./doctor-context";
import { about, type Finding } from "./finding";

export async function checkConfig(context: DoctorContext): Promise<Finding[]> {
  const finding = about("config", "Config");
  const loaded = usableConfig(context);
  if (loaded === null && "fault" in context.config) {
    const { message, hint } = context.config.fault;
    return [finding.fail(message, hint ?? `Edit ${context.paths.config}`)];
  }
  const { config, text } = loaded ?? {};
  if (text === null) return [finding.warn("There is no config yet: the defaults apply.", "cf add-key")];
  const keys = config?.keys.size ?? 0;
  if (keys === 0) return [finding.warn(`${context.paths.config} has no key.`, "cf add-key")];
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const contents = `${count(config?.profiles.length ?? 0, "profile")}, ${count(keys, "key")}`;
  return [finding.ok(`${context.paths.config} is valid: ${contents}.`)];
}

export async function checkModes({ paths }: DoctorContext): Promise<Finding[]> {
  const finding = about("modes", "Permissions");
  const open = await findOpenModes(paths);
  if (open.length === 0) return [finding.ok("Only you can read the home folder and its files.")];
  return open.map(({ path, found, mode }) =>
    finding.warn(
      `Other users of this machine can get at ${path} (mode 0${found.toString(8)}).`,
      `chmod ${mode.toString(8)} ${path}`,
    ),
  );
}

export async function checkWritable({ paths }: DoctorContext): Promise<Finding[]> {
  const finding = about("writable", "Files");
  const places = [paths.home, paths.config, paths.logs, paths.logFile, paths.state];
  const faults = await Promise.all(
    places.map(async (path) => {
      const found = await stat(path).catch(() => null);
      // What is not there yet is made by the first start.
      if (found === null) return null;
      const code = await access(path, constants.W_OK).then(() => "", fileErrorCode);
      return code === ""
        ? null
        : finding.fail(`${path} cannot be written (${code}).`, `See to its owner and mode.`);
    }),
  );
  const told = faults.filter((fault) => fault !== null);
  return told.length > 0 ? told : [finding.ok("Config, log and state can be written.")];
}
