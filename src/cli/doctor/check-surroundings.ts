// Checks what is around the proxy: Claude Code's settings, variables, the service manager, and which `cf` a shell runs.
import { realpath } from "node:fs/promises";
import { isLoopbackHost } from "../../config/loopback";
import { CfError } from "../../errors";
import { readAutostart } from "../../setup/autostart/read-autostart";
import { findPrograms } from "../../setup/find-program";
import { makeContext } from "../../setup/make-context";
import { planTool } from "../../setup/set-up";
import { type DoctorContext, usableConfig } from "./doctor-context";
import { about, type Finding } from "./finding";

export async function checkClaudeCode(context: DoctorContext): Promise<Finding[]> {
  const loaded = usableConfig(context);
  if (loaded === null) return [];
  const finding = about("claude_code", "Claude Code");
  const setup = makeContext(context.machine, loaded.config, { cwd: context.cwd });
  try {
    const plan = await planTool("claude-code", setup);
    if (!plan.found) return [finding.ok("It is not on this machine.")];
    if (!plan.done) {
      return [
        finding.warn(
          `Its settings do not point at ${setup.target.url}.`,
          "cf setup claude-code, or cf run -- claude",
        ),
      ];
    }
    const notes = plan.notes.map((note) => finding.warn(note, null));
    return notes.length > 0 ? notes : [finding.ok(`Its settings point at ${setup.target.url}.`)];
  } catch (error) {
    if (!(error instanceof CfError)) throw error;
    return [finding.warn(error.message, error.hint ?? null)];
  }
}

/** Of this shell: what is started in it would go elsewhere. */
export async function checkVariables(context: DoctorContext): Promise<Finding[]> {
  const { env } = context;
  const finding = about("environment", "Environment");
  const address = env.ANTHROPIC_BASE_URL;
  const loaded = usableConfig(context);
  const ours = loaded?.config.profiles.map(({ port }) => port) ?? [];
  if (address === undefined || address === "")
    return [finding.ok("ANTHROPIC_BASE_URL is not set in this shell.")];
  if (leadsHere(address, ours)) return [finding.ok(`ANTHROPIC_BASE_URL leads here: ${address}`)];
  return [
    finding.warn(
      "ANTHROPIC_BASE_URL is set in this shell and leads elsewhere: clients started from it do not use the proxy.",
      "unset ANTHROPIC_BASE_URL, or cf setup shell",
    ),
  ];
}

function leadsHere(address: string, ports: readonly number[]): boolean {
  try {
    const { hostname, port } = new URL(address);
    return isLoopbackHost(hostname) && ports.includes(Number(port));
  } catch {
    // Not an address at all.
    return false;
  }
}

export async function checkAutostart({ machine }: DoctorContext): Promise<Finding[]> {
  const finding = about("autostart", "Autostart");
  const autostart = await readAutostart(machine);
  if (autostart === null) return [finding.ok("Not set up. To start it at login: cf setup --autostart")];
  const { title, executable, executableFound, unitPath } = autostart;
  if (executableFound) return [finding.ok(`${title} starts ${executable} at login.`)];
  const words =
    executable === null
      ? `${unitPath} does not say what ${title} shall start.`
      : `${title} would start ${executable}, which is not there.`;
  return [finding.fail(words, "cf setup --autostart")];
}

/** The command line tool of Cloud Foundry is called `cf` as well. `self`: the binary that runs; null: from source. */
export async function checkPath({ machine }: DoctorContext, self: string | null): Promise<Finding[]> {
  if (self === null) return [];
  const finding = about("path", "PATH");
  const [first] = await findPrograms("cf", machine);
  if (first === undefined) {
    return [finding.warn("A shell would not find cf: its folder is not on PATH.", `It lies at ${self}`)];
  }
  if ((await realpath(first).catch(() => first)) === self) return [finding.ok(`cf is ${first}.`)];
  return [
    finding.warn(
      `A shell runs another cf: ${first}. This one is ${self}.`,
      "Put its folder first on PATH, or call it as claude-failover.",
    ),
  ];
}
