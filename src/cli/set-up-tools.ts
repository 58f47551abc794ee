// The course of `cf setup`: plan every tool, show, ask, apply, and see whether the address answers.
import type { Paths } from "../config/paths";
import { CfError, exitCode } from "../errors";
import { checkProxy, describeCheck, type ProxyCheck } from "../setup/check-proxy";
import { makeContext, thisMachine } from "../setup/make-context";
import { applyPlan, planTool, type ToolView, viewPlan } from "../setup/set-up";
import type { Environment, SetupContext, SetupTool, ToolPlan } from "../setup/types";
import { askYes } from "./ask-yes";
import type { Output } from "./output";
import { renderDiff, renderHeading, renderNote } from "./render-setup";
import { reportError } from "./report-error";

export interface SetupRequest {
  readonly tools: readonly SetupTool[];
  /** Nobody named a tool: those that are not on this machine are left out. */
  readonly isDefault: boolean;
  readonly profile: string | undefined;
  readonly paths: Paths;
  readonly env: Environment;
  readonly output: Output;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly asks: boolean;
}

/** One tool on its way through setup. */
interface Job {
  readonly tool: SetupTool;
  readonly plan: ToolPlan | null;
  error: CfError | null;
  applied: boolean;
}

/** A service that was just started needs a moment until it answers. */
const startMs = 8_000;

export async function setUpTools(request: SetupRequest): Promise<number> {
  const { paths, env, output } = request;
  const { readConfig } = await import("../config/file");
  const { config } = await readConfig(paths);
  const context = makeContext(thisMachine(paths, env), config, {
    profile: request.profile,
    cwd: process.cwd(),
  });
  const planned = await Promise.all(request.tools.map((tool) => planJob(tool, context)));
  const jobs = planned.filter(
    (job) => !(request.isDefault && job.tool !== "autostart" && job.plan?.found === false),
  );
  if (jobs.length === 0) throw nothingFound();
  const isRefused = failedAutostart(jobs) !== undefined;
  if (!request.json && !isRefused) for (const job of jobs) showJob(job, context, output);
  const startNow = !isRefused && (await shallStart(jobs, context));
  if (!request.dryRun && !isRefused) await applyJobs(jobs, context, request, startNow);
  const check = await lookForProxy(jobs, context, request, startNow);
  if (request.json) printJson(jobs, context, request, check);
  else await tellEnd(jobs, context, request, check);
  return jobs.find((job) => job.error !== null)?.error?.exit ?? exitCode.ok;
}

async function planJob(tool: SetupTool, context: SetupContext): Promise<Job> {
  try {
    const plan = await planTool(tool, context);
    const isImpossible = tool === "autostart" && !plan.found;
    const error = isImpossible ? new CfError("autostart_unavailable", plan.notes.join(" ")) : null;
    return { tool, plan, error, applied: false };
  } catch (error) {
    if (!(error instanceof CfError)) throw error;
    return { tool, plan: null, error, applied: false };
  }
}

function showJob({ tool, plan, error }: Job, context: SetupContext, { out, err }: Output): void {
  if (plan === null || error !== null) return;
  const { url } = context.target;
  const words = describePlan(plan, url);
  out.line(renderHeading(tool, words, out.paint));
  for (const { diff } of viewPlan(plan, context, false).edits) {
    for (const line of renderDiff(diff, out.paint)) out.line(line);
  }
  for (const note of plan.notes) err.line(renderNote(note, err.paint));
}

function describePlan({ tool, done, edits, found }: ToolPlan, url: string): string {
  if (done) return tool === "autostart" ? "starts at login already" : `points at ${url} already`;
  if (edits.length === 0 && tool === "cursor") return "has to be told by hand, if at all";
  const missing = found ? "" : ", though it was not found on this machine";
  return tool === "autostart" ? "starts the proxy at login" : `is pointed at ${url}${missing}`;
}

async function applyJobs(
  jobs: readonly Job[],
  context: SetupContext,
  { asks, output }: SetupRequest,
  startNow: boolean,
): Promise<void> {
  const open = jobs.filter(({ tool, plan, error }) => isToDo(tool, plan) && error === null);
  if (open.length === 0) return;
  if (asks && !(await askYes("Make these edits?", output.err))) {
    throw new CfError("cancelled", "Cancelled; nothing was changed.");
  }
  // What may be refused comes first: the rest would be half of what was asked for.
  open.sort((one, other) => Number(other.tool === "autostart") - Number(one.tool === "autostart"));
  for (const job of open) {
    try {
      if (job.plan !== null) await applyPlan(job.plan, context, { startNow });
      job.applied = true;
    } catch (error) {
      if (!(error instanceof CfError)) throw error;
      job.error = error;
      if (job.tool === "autostart") return;
    }
  }
}

/** Without autostart nothing of the command is done: whoever asked for it would take the rest for the whole. */
function failedAutostart(jobs: readonly Job[]): Job | undefined {
  return jobs.find(({ tool, error }) => tool === "autostart" && error !== null);
}

/** A service that was switched off by hand is to be switched on, without an edit. */
function isToDo(tool: SetupTool, plan: ToolPlan | null): boolean {
  return plan !== null && !plan.done && (plan.edits.length > 0 || tool === "autostart");
}

/** A proxy that somebody started by hand keeps its port: a second one could only fail. */
async function shallStart(jobs: readonly Job[], { paths }: SetupContext): Promise<boolean> {
  if (!jobs.some(({ tool }) => tool === "autostart")) return false;
  const { findProxy } = await import("../daemon/client");
  return (await findProxy(paths)).state === "not running";
}

async function lookForProxy(
  jobs: readonly Job[],
  { target }: SetupContext,
  { dryRun }: SetupRequest,
  startNow: boolean,
): Promise<ProxyCheck | null> {
  if (dryRun || !jobs.some(({ applied, plan }) => applied || plan?.done === true)) return null;
  const isStarting = startNow && jobs.some(({ tool, applied }) => tool === "autostart" && applied);
  return checkProxy(target, isStarting ? startMs : 0);
}

async function tellEnd(
  jobs: readonly Job[],
  { target }: SetupContext,
  { dryRun, output }: SetupRequest,
  check: ProxyCheck | null,
): Promise<void> {
  const { out, err } = output;
  for (const { applied, plan, tool } of jobs) {
    if (!applied || plan === null) continue;
    for (const { path } of plan.edits) out.line(`${out.paint.green("✓")} ${path}`);
    if (tool === "autostart" && plan.edits.length === 0) out.line(`${out.paint.green("✓")} switched on`);
  }
  for (const { error } of jobs) if (error !== null) await reportError(error, output);
  const hasOthers = jobs.length > 1;
  if (failedAutostart(jobs) !== undefined)
    err.line(
      `Nothing was changed.${hasOthers ? " Run it again without --autostart to set up the rest." : ""}`,
    );
  else if (dryRun) err.line("Nothing was changed (--dry-run).");
  if (check !== null) err.line(describeCheck(check, target));
  if (jobs.some(({ applied }) => applied)) err.line("To take it back: cf setup --undo");
}

function printJson(
  jobs: readonly Job[],
  context: SetupContext,
  { dryRun, output }: SetupRequest,
  check: ProxyCheck | null,
): void {
  const { profile, url } = context.target;
  const tools = jobs.map(({ tool, plan, error, applied }) => ({
    ...viewOf(tool, plan, context),
    applied,
    error: error === null ? null : { code: error.code, message: error.message, hint: error.hint ?? null },
  }));
  output.out.line(JSON.stringify({ profile, url, dryRun, tools, check }, null, 2));
}

function viewOf(tool: SetupTool, plan: ToolPlan | null, context: SetupContext): Omit<ToolView, "canUndo"> {
  if (plan === null) return { tool, found: true, done: false, edits: [], notes: [] };
  const { canUndo: _, ...view } = viewPlan(plan, context, false);
  return view;
}

function nothingFound(): CfError {
  return new CfError("setup_nothing_found", "Neither Claude Code nor a known shell was found.", {
    hint: "Name the tool to set it up all the same: cf setup claude-code",
  });
}
