// Sends a change of the config to the running proxy, which makes it and has it in force when it answers.
import type { ConfigEdit } from "../config/apply-edit";
import { formatDocument } from "../config/document";
import { CfError, type ExitCode, exitCode } from "../errors";
import { callProxy } from "./call-proxy";
import { asRecord } from "./json-fields";
import type { RunFile, RunProfile } from "./run-file";

export interface SentEdit {
  readonly id: string | null;
  readonly notices: readonly string[];
}

interface Call {
  method: string;
  path: string;
  body: string;
}

/** A keychain that is asked for a password may take its time. */
const deadlineMs = 40_000;

/**
 * null: the proxy did not make the change and has no say in it (an older one, or one that wants another client token).
 * unknown: it went away, or does not answer; the change may have been made. Throws a CfError if it refuses the change.
 */
export async function sendEdit(
  { run, profile }: { run: RunFile; profile: RunProfile },
  edit: ConfigEdit,
  clientToken: string | null,
): Promise<SentEdit | null | "unknown"> {
  const { method, path, body } = toCall(edit);
  try {
    const response = await callProxy(run, profile, `/dashboard/api${path}`, {
      method,
      headers: { "content-type": "application/json", ...(edit.edit === "patch" ? { "if-match": "*" } : {}) },
      body,
      clientToken,
      signal: AbortSignal.timeout(deadlineMs),
    });
    const answer: unknown = await response.json();
    if (response.ok) return readSent(answer);
    return readRefusal(answer, response);
  } catch (error) {
    if (error instanceof CfError) throw error;
    return isRefusedConnection(error) ? null : "unknown";
  }
}

function toCall(edit: ConfigEdit): Call {
  const key = (id: string) => `/keys/${encodeURIComponent(id)}`;
  switch (edit.edit) {
    case "add-key":
      return { method: "POST", path: "/keys", body: JSON.stringify(edit.key) };
    case "remove-key":
      return { method: "DELETE", path: key(edit.id), body: "{}" };
    case "change-key":
      return { method: "PATCH", path: key(edit.id), body: JSON.stringify(edit.changes) };
    case "pause-key":
      return { method: "POST", path: `${key(edit.id)}/pause`, body: "{}" };
    case "resume-key":
      return { method: "POST", path: `${key(edit.id)}/resume`, body: "{}" };
    case "set-order": {
      const path = `/profiles/${encodeURIComponent(edit.profile)}/order`;
      return { method: "PUT", path, body: JSON.stringify({ keyOrder: edit.keyOrder }) };
    }
    case "patch":
      return { method: "PATCH", path: "/config", body: formatDocument(edit.patch) };
  }
}

function readSent(answer: unknown): SentEdit {
  const { id, notices } = asRecord(answer);
  return {
    id: typeof id === "string" ? id : null,
    notices: Array.isArray(notices) ? notices.filter((notice) => typeof notice === "string") : [],
  };
}

function readRefusal(answer: unknown, { status, headers }: Response): null {
  const { code, message, hint } = asRecord(asRecord(answer).error);
  if (typeof code !== "string" || typeof message !== "string") return null;
  // No such route, or another client token: the file is there for both.
  if (status === 401 || status === 403 || code === "not_found") return null;
  throw new CfError(code, message, {
    ...(typeof hint === "string" ? { hint } : {}),
    exit: toExit(headers.get("x-cf-exit")),
  });
}

function toExit(header: string | null): ExitCode {
  return Object.values(exitCode).find((code) => String(code) === header) ?? exitCode.failed;
}

/** Nothing was sent then. */
function isRefusedConnection(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ConnectionRefused";
}
