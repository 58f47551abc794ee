// What supervisor, served process and `cf start -d` say to each other, over the channel between parent and child.
import { CfError, exitCode } from "../errors";
import { redact } from "../redact";
import { parseRestarts, type Restarts } from "./run-file";

/** From the served process to its supervisor, and on to whoever waits for the start. */
export type StartReport =
  | { type: "ready"; instance: string /** For the person who started it. */; warnings: string[] }
  | { type: "failed"; code: string; message: string; hint: string | null; exit: number }
  /** Another process runs already. */
  | { type: "occupied"; pid: number };

/** From the supervisor to the served process. */
export type SupervisorOrder = { type: "drain" } | { type: "cut" };

/** Handed over in the environment when the supervisor, or the served process, is started. */
export interface Supervision {
  /** Nonce of the start: the first served process answers with it. */
  readonly instance: string;
  readonly port: number | null;
  readonly supervisor: { readonly pid: number; readonly processStart: string | null } | null;
  readonly restarts: Restarts | null;
}

const variable = "CF_SUPERVISION";

/** The environment of a child that shall know `supervision`. */
export function withSupervision(
  env: Readonly<Record<string, string | undefined>>,
  supervision: Supervision,
): Record<string, string | undefined> {
  // The channel to our own parent is not the child's.
  const { NODE_CHANNEL_FD: _, NODE_CHANNEL_SERIALIZATION_MODE: __, ...rest } = env;
  return { ...rest, [variable]: JSON.stringify(supervision) };
}

/** null: this process was started by hand. */
export function readSupervision(env: Readonly<Record<string, string | undefined>>): Supervision | null {
  try {
    const { instance, port, supervisor, restarts } = JSON.parse(env[variable] ?? "");
    if (typeof instance !== "string" || instance === "") return null;
    return {
      instance,
      port: typeof port === "number" ? port : null,
      supervisor: typeof supervisor?.pid === "number" ? supervisor : null,
      restarts: parseRestarts(restarts),
    };
  } catch {
    // Not set, or set by hand to something else.
    return null;
  }
}

/** Sends `message` to the parent; false if it is gone or there is none. */
export function tellParent(message: StartReport): boolean {
  if (process.send === undefined || !process.connected) return false;
  try {
    return process.send(message);
  } catch {
    // It went away at this moment: nobody waits for the message any more.
    return false;
  }
}

/** Tells the parent why the start failed, without a token. */
export function tellFailure(error: unknown): void {
  const known = error instanceof CfError ? error : null;
  tellParent({
    type: "failed",
    code: known?.code ?? "internal_error",
    message: redact(known?.message ?? String(error)),
    hint: known?.hint === undefined ? null : redact(known.hint),
    exit: known?.exit ?? exitCode.failed,
  });
}

/** The report in a message, or null for what is none. */
export function parseReport(message: unknown): StartReport | null {
  const report = message as StartReport | null;
  const known = ["ready", "failed", "occupied"].includes(String(report?.type));
  return typeof report === "object" && known ? report : null;
}
