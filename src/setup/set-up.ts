// The one way to setup for the command line and the dashboard: plan, view, apply and undo, for any tool.
import { CfError } from "../errors";
import { thisExecutable } from "./autostart/find-executable";
import { applyAutostart, planAutostart, undoAutostart } from "./autostart/set-up-autostart";
import { planClaudeCode } from "./claude-code/plan-claude-code";
import { applyEdits, withJournalLock } from "./files/apply-edits";
import { planUndo, undoStep } from "./files/undo-edits";
import { readJournal } from "./journal";
import { planCursor } from "./plan-cursor";
import { planShell } from "./shell/plan-shell";
import { diffOf, showDiff } from "./show-diff";
import type { Machine, SetupContext, SetupTool, ToolPlan, UndoStep } from "./types";

export const setupTools: readonly SetupTool[] = ["claude-code", "cursor", "shell", "autostart"];

/** One tool as people see it; the shape of `SetupView` in the dashboard's contract. */
export interface ToolView {
  readonly tool: SetupTool;
  readonly found: boolean;
  readonly done: boolean;
  readonly canUndo: boolean;
  readonly edits: { path: string; diff: string }[];
  readonly notes: string[];
}

/** What apply would do. Writes nothing. Throws a CfError that says why the tool cannot be set up. */
export async function planTool(tool: SetupTool, context: SetupContext): Promise<ToolPlan> {
  switch (tool) {
    case "claude-code":
      return planClaudeCode(context);
    case "cursor":
      return planCursor(context);
    case "shell":
      return planShell(context);
    case "autostart":
      return planAutostart(context, thisExecutable);
  }
}

/**
 * Makes the edits of a plan: backup, journal, file. `startNow`: the autostart's service starts at once and not only at
 * the next login. Throws a CfError if one fails; a file changed since it was planned is left alone.
 */
export async function applyPlan(
  plan: ToolPlan,
  context: SetupContext,
  { startNow, now = () => new Date() }: { readonly startNow: boolean; readonly now?: () => Date },
): Promise<void> {
  if (plan.tool === "autostart") return applyAutostart(plan, context, { startNow, now });
  if (plan.edits.length === 0) return;
  await withJournalLock(context.paths, () =>
    applyEdits(plan.tool, plan.edits, { paths: context.paths, now }),
  );
}

/** What undo would do to each file; empty: there is nothing to undo. Writes nothing. */
export async function planToolUndo(tool: SetupTool, machine: Machine): Promise<UndoStep[]> {
  return planUndo(tool, machine.paths);
}

/**
 * Does what `planToolUndo` said, and returns what a person should know then. A file changed in between is left alone, with
 * a CfError.
 */
export async function undoTool(
  tool: SetupTool,
  steps: readonly UndoStep[],
  machine: Machine,
): Promise<string[]> {
  if (steps.length === 0) return [];
  if (tool === "autostart") return undoAutostart(steps, machine);
  await withJournalLock(machine.paths, async () => {
    for (const step of steps) await undoStep(step, machine.paths);
  });
  return [];
}

/** The tool as the dashboard shows it. Why it cannot be set up stands in the notes; throws for unexpected faults only. */
export async function viewTool(tool: SetupTool, context: SetupContext): Promise<ToolView> {
  const canUndo = (await readJournal(context.paths)).some((entry) => entry.tool === tool);
  try {
    return viewPlan(await planTool(tool, context), context, canUndo);
  } catch (error) {
    if (!(error instanceof CfError)) throw error;
    const notes = [error.message, ...(error.hint === undefined ? [] : [error.hint])];
    return { tool, found: true, done: false, canUndo, edits: [], notes };
  }
}

/** A plan with the diffs of its edits, secrets taken out. */
export function viewPlan(plan: ToolPlan, { target }: SetupContext, canUndo: boolean): ToolView {
  const secrets = target.clientToken === null ? [] : [target.clientToken];
  const { tool, found, done } = plan;
  const edits = plan.edits.map((edit) => ({ path: edit.path, diff: diffOf(edit, secrets) }));
  return { tool, found, done, canUndo, edits, notes: [...plan.notes] };
}

/** The diff of an undo step; null if nothing of ours is left in the file. */
export function diffOfUndo(step: UndoStep, secrets: readonly string[]): string | null {
  const { now, then, path } = step;
  if (now === null || then?.equals(now) === true) return null;
  return showDiff({ path, before: now, after: then }, secrets);
}
