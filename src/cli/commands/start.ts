// cf start: the proxy in this terminal, or in the background.
import type { Paths } from "../../config/paths";
import type { RunFile } from "../../daemon/run-file";
import { type ExitCode, exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Output } from "../output";
import { usageError } from "../usage-error";

export const startCommand = defineCommand({
  positionals: [],
  flags: {
    daemon: { type: "switch", short: "d", summary: "In the background: returns when the proxy answers" },
    port: { type: "value", placeholder: "N", summary: "Port of the default profile, for this run only" },
    open: { type: "switch", summary: "Open the dashboard in the browser" },
  },
  details: [
    "Without -d it runs until Ctrl-C: the first lets running answers finish, the second cuts",
    "them off. With -d it survives the terminal, and is started again after a crash.",
    "If the proxy already runs, it says so and leaves it alone.",
  ].join("\n"),
  examples: ["cf start -d", "cf start --port 4090", "cf start -d --open"],
  async run({ flags, output, env }) {
    const port = flags.port === undefined ? null : parsePort(flags.port);
    const { resolvePaths } = await import("../../config/paths");
    const options = { paths: resolvePaths(env), port, open: flags.open };
    return flags.daemon ? startInBackground(options, output, env) : startHere(options, output);
  },
});

export interface StartOptions {
  readonly paths: Paths;
  readonly port: number | null;
  readonly open: boolean;
}

/** Runs the proxy in this process, until it is stopped. */
export async function startHere({ paths, port, open }: StartOptions, output: Output): Promise<ExitCode> {
  const { serve } = await import("../../daemon/serve");
  return serve({
    paths,
    port,
    supervision: null,
    say: (line) => output.out.line(line),
    warn: (line) => output.err.line(line),
    onServing: (run) => {
      if (open) void openDashboard(run, output);
    },
  });
}

/** Returns when the proxy answers. */
export async function startInBackground(
  { paths, port, open }: StartOptions,
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ExitCode> {
  const { startDaemon } = await import("../../daemon/start-daemon");
  const { describeDaemon, describeOwner, describeWait } = await import("../../daemon/describe-run");
  const { ensureHome } = await import("../../config/paths");
  await ensureHome(paths);
  const { run, already, warnings } = await startDaemon({
    paths,
    port,
    env,
    onWait: (owner) => output.err.line(describeWait(owner)),
  });
  if (already) output.out.line(describeOwner(run));
  else for (const line of describeDaemon(run)) output.out.line(line);
  for (const warning of warnings) output.err.line(warning);
  if (open) await openDashboard(run, output);
  return exitCode.ok;
}

async function openDashboard(run: RunFile, { err }: Output): Promise<void> {
  const { dashboardOf } = await import("../../daemon/describe-run");
  const { openBrowser } = await import("../../daemon/open-browser");
  const url = dashboardOf(run);
  if (url === null || (await openBrowser(url))) return;
  err.line(`No browser could be opened. The dashboard is at ${url}`);
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) {
    throw usageError("--port must be a number from 1 to 65535.", 'See "cf start --help".');
  }
  return port;
}
