// Runs the checks of `cf doctor`; one that breaks is itself a finding, and keeps no other from running.
import { fileErrorCode } from "../../config/explain-file-error";
import { readConfig } from "../../config/file";
import type { Paths } from "../../config/paths";
import { findProxy } from "../../daemon/client";
import { selfCommand } from "../../daemon/self-command";
import { CfError } from "../../errors";
import { redact } from "../../redact";
import { thisMachine } from "../../setup/make-context";
import { checkConfig, checkModes, checkWritable } from "./check-home";
import { checkKeys, checkPorts, checkProxy, checkWarnings } from "./check-proxy";
import { checkAutostart, checkClaudeCode, checkPath, checkVariables } from "./check-surroundings";
import type { DoctorContext } from "./doctor-context";
import { about, type Finding } from "./finding";

export interface ExamineOptions {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ask the upstreams too. */
  readonly testKeys: boolean;
}

/** In the order in which a person should read them. Never rejects for what it finds, and holds no token. */
export async function examine({ paths, env, testKeys }: ExamineOptions): Promise<Finding[]> {
  const context: DoctorContext = {
    paths,
    env,
    cwd: process.cwd(),
    machine: thisMachine(paths, env),
    config: await readConfig(paths).catch((error: unknown) => {
      if (error instanceof CfError) return { fault: error };
      throw error;
    }),
    proxy: await findProxy(paths),
  };
  const self = selfCommand().length === 1 ? process.execPath : null;
  const checks: Record<string, () => Promise<Finding[]>> = {
    Config: () => checkConfig(context),
    Permissions: () => checkModes(context),
    Files: () => checkWritable(context),
    Proxy: () => checkProxy(context),
    Ports: () => checkPorts(context),
    Warnings: () => checkWarnings(context),
    Keys: () => checkKeys(context),
    "Key tests": async () => {
      if (!testKeys) return [];
      const { checkKeyTests } = await import("./check-key-tests");
      return checkKeyTests(context);
    },
    "Claude Code": () => checkClaudeCode(context),
    Environment: () => checkVariables(context),
    Autostart: () => checkAutostart(context),
    PATH: () => checkPath(context, self),
  };
  const found = await Promise.all(
    Object.entries(checks).map(([subject, check]) =>
      check().catch((error: unknown) => [broken(subject, error)]),
    ),
  );
  return found.flat().map((finding) => ({
    ...finding,
    words: redact(finding.words),
    remedy: finding.remedy === null ? null : redact(finding.remedy),
  }));
}

function broken(subject: string, error: unknown): Finding {
  const words = error instanceof Error ? error.message : String(error);
  const code = fileErrorCode(error);
  return about("check_failed", subject).warn(
    `This could not be checked: ${words}${code === "" || words.includes(code) ? "" : ` (${code})`}`,
    null,
  );
}
