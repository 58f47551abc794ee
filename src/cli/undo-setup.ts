// The course of `cf setup --undo`: show what comes back, ask, take the edits back.
import type { Paths } from "../config/paths";
import { CfError, exitCode } from "../errors";
import { thisMachine } from "../setup/make-context";
import { diffOfUndo, planToolUndo, setupTools, undoTool } from "../setup/set-up";
import type { Environment, Machine, SetupTool, UndoStep } from "../setup/types";
import { askYes } from "./ask-yes";
import type { Output } from "./output";
import { renderDiff, renderHeading, renderNote } from "./render-setup";
import { reportError } from "./report-error";

export interface UndoRequest {
  /** Empty: everything that setup did. */
  readonly tools: readonly SetupTool[];
  readonly paths: Paths;
  readonly env: Environment;
  readonly output: Output;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly asks: boolean;
}

interface Job {
  readonly tool: SetupTool;
  readonly steps: readonly UndoStep[];
  error: CfError | null;
  undone: boolean;
  notes: readonly string[];
}

/** Works without a valid config, and whether the proxy runs or not. */
export async function undoSetup(request: UndoRequest): Promise<number> {
  const { paths, env, output, json } = request;
  const machine = thisMachine(paths, env);
  const tools = request.tools.length === 0 ? setupTools : request.tools;
  const planned = await Promise.all(tools.map((tool) => planJob(tool, machine)));
  const jobs = planned.filter(({ steps, error }) => steps.length > 0 || error !== null);
  const secrets = await knownSecrets(paths);
  if (!json) for (const job of jobs) showJob(job, output, secrets);
  const open = jobs.filter(({ error }) => error === null);
  if (!request.dryRun) await undoJobs(open, machine, request);
  if (json) printJson(jobs, request, secrets);
  else await tellEnd(jobs, request);
  return jobs.find(({ error }) => error !== null)?.error?.exit ?? exitCode.ok;
}

async function planJob(tool: SetupTool, machine: Machine): Promise<Job> {
  try {
    return { tool, steps: await planToolUndo(tool, machine), error: null, undone: false, notes: [] };
  } catch (error) {
    if (!(error instanceof CfError)) throw error;
    return { tool, steps: [], error, undone: false, notes: [] };
  }
}

function showJob({ tool, steps, error }: Job, { out, err }: Output, secrets: readonly string[]): void {
  if (error !== null) return;
  out.line(renderHeading(tool, "goes back to what it was", out.paint));
  for (const step of steps) {
    const diff = diffOfUndo(step, secrets);
    if (diff !== null) for (const line of renderDiff(diff, out.paint)) out.line(line);
    for (const note of step.notes) err.line(renderNote(`${step.path}: ${note}`, err.paint));
  }
}

async function undoJobs(
  jobs: readonly Job[],
  machine: Machine,
  { asks, output }: UndoRequest,
): Promise<void> {
  if (jobs.length === 0) return;
  if (asks && !(await askYes("Take these edits back?", output.err))) {
    throw new CfError("cancelled", "Cancelled; nothing was changed.");
  }
  for (const job of jobs) {
    try {
      job.notes = await undoTool(job.tool, job.steps, machine);
      job.undone = true;
    } catch (error) {
      if (!(error instanceof CfError)) throw error;
      job.error = error;
    }
  }
}

async function tellEnd(jobs: readonly Job[], { output, dryRun }: UndoRequest): Promise<void> {
  const { out, err } = output;
  for (const { steps, undone } of jobs) {
    if (undone)
      for (const step of steps) out.line(`${out.paint.green("✓")} ${step.path}: ${outcomeOf(step)}`);
  }
  for (const note of jobs.flatMap(({ notes }) => notes)) err.line(note);
  for (const { error } of jobs) if (error !== null) await reportError(error, output);
  if (jobs.length === 0) err.line("Nothing to undo.");
  else if (dryRun) err.line("Nothing was changed (--dry-run).");
}

/** What became, or would become, of one file. */
function outcomeOf({ now, then, exact }: UndoStep): string {
  if (now === null) return "was gone already";
  if (then === null) return "deleted, as setup had made it";
  if (then.equals(now)) return "nothing of setup's was left in it";
  return exact ? "as it was before" : "only setup's part taken out, as it was changed since";
}

function printJson(jobs: readonly Job[], { output, dryRun }: UndoRequest, secrets: readonly string[]): void {
  const tools = jobs.map(({ tool, steps, error, undone, notes }) => ({
    tool,
    undone,
    notes,
    files: steps.map((step) => ({
      path: step.path,
      outcome: outcomeOf(step),
      diff: diffOfUndo(step, secrets),
      notes: step.notes,
    })),
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint ?? null },
  }));
  output.out.line(JSON.stringify({ dryRun, tools }, null, 2));
}

async function knownSecrets(paths: Paths): Promise<string[]> {
  const { readConfig } = await import("../config/file");
  try {
    const { clientToken } = (await readConfig(paths)).config;
    return clientToken === null ? [] : [clientToken];
  } catch {
    // Undo must work without a valid config; values under telling names are hidden all the same.
    return [];
  }
}
