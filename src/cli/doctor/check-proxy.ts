// Checks the proxy itself: does it run, is it of our version, are its ports free, and what it wants a person to know.
import { fileErrorCode } from "../../config/explain-file-error";
import type { Warning } from "../../config/types";
import { addressOf } from "../../daemon/describe-run";
import { collectWarnings, missingToken } from "../../server/warnings";
import { version } from "../../version";
import { describeState, explainKey } from "../print/key-state";
import { noPaint } from "../print/paint";
import { type DoctorContext, usableConfig } from "./doctor-context";
import { about, type Finding } from "./finding";

export async function checkProxy({ proxy }: DoctorContext): Promise<Finding[]> {
  const finding = about("proxy", "Proxy");
  if (proxy.state === "not running")
    return [finding.warn(`It does not run: ${proxy.reason}.`, "cf start -d")];
  if (proxy.state !== "running")
    return [finding.fail(`It is ${proxy.state}: ${proxy.reason}.`, "cf status, cf logs")];
  const { run, health } = proxy;
  if (health.version !== version) {
    return [finding.warn(`Version ${health.version} runs, but this command is ${version}.`, "cf restart")];
  }
  const places = run.profiles.map(({ port }) => addressOf(run, port)).join(", ");
  return [finding.ok(`Version ${health.version} runs at ${places} (process ${run.pid}).`)];
}

/** Only while it does not run: else its own ports are taken, and it tells itself of those that it could not open. */
export async function checkPorts(context: DoctorContext): Promise<Finding[]> {
  const loaded = usableConfig(context);
  if (context.proxy.state !== "not running" || loaded === null) return [];
  const finding = about("ports", "Ports");
  const { host, profiles } = loaded.config;
  const told = profiles.flatMap(({ name, port }) => {
    const code = tryPort(host, port);
    if (code === null) return [];
    const words = code === "EADDRINUSE" ? "is taken by another program" : `cannot be opened (${code})`;
    return finding.fail(
      `Port ${port} of profile ${name} ${words}.`,
      `Free it, or set another one in the config: profiles.${name}.port`,
    );
  });
  return told.length > 0 ? told : [finding.ok(`Free: ${profiles.map(({ port }) => port).join(", ")}.`)];
}

/** The error code; null: it can be opened. */
function tryPort(hostname: string, port: number): string | null {
  try {
    Bun.listen({ hostname, port, exclusive: true, socket: { data() {} } }).stop(true);
    return null;
  } catch (error) {
    return fileErrorCode(error) || "unknown";
  }
}

/** The one list of warnings: as the running proxy has it, or as it would be now. */
export async function checkWarnings(context: DoctorContext): Promise<Finding[]> {
  const { proxy, env } = context;
  const loaded = usableConfig(context);
  const states = { error: "fail", warn: "warn", info: "warn" } as const;
  const toFinding = ({ code, title, severity, remedy }: Warning): Finding => {
    return { check: code, subject: "Warning", state: states[severity], words: title, remedy: remedy || null };
  };
  if (proxy.state === "running") return proxy.health.warnings.map(toFinding);
  if (loaded === null) return [];
  const missing = [...loaded.config.keys.values()].flatMap(({ id, token, enabled }) => {
    const variable = /^env:(.+)$/s.exec(token)?.[1];
    if (!enabled || variable === undefined || env[variable]?.trim()) return [];
    return [missingToken(id, `the variable ${variable} is not set here`)];
  });
  // The modes have a check of their own.
  const found = loaded.warnings.filter(({ code }) => code !== "config_readable_by_others");
  return collectWarnings({
    found: [...found, ...missing],
    profiles: [],
    sharedOrganizations: [],
    record: null,
  }).map(toFinding);
}

/** The keys as the running proxy knows them. */
export async function checkKeys({ proxy }: DoctorContext): Promise<Finding[]> {
  if (proxy.state !== "running") return [];
  const now = Date.now();
  return proxy.health.keys.map((key) => {
    const finding = about("key", `Key ${key.id}`);
    const [remedy, ...words] = explainKey(key, now).reverse();
    const hasRemedy = remedy?.startsWith("→ ") ?? false;
    const told = hasRemedy ? words.reverse() : explainKey(key, now);
    const state = describeState(key, noPaint).text.slice(2);
    // Most reasons begin with the state already: "rejected (401): ...".
    const text = told[0]?.startsWith(state) ? told.join(", ") : [state, ...told].join(", ");
    if (key.state === "serving" || key.state === "ready") return finding.ok(text);
    const help = hasRemedy ? (remedy ?? "").slice(2) : null;
    return key.state === "cooling" || key.state === "disabled"
      ? finding.warn(text, help)
      : finding.fail(text, help);
  });
}
