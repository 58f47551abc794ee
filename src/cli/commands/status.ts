// cf status: one screen that answers which key serves, who is out, until when, and why.
import { defineCommand } from "../command";
import { usageError } from "../usage-error";

export const statusCommand = defineCommand({
  positionals: [],
  flags: {
    json: { type: "switch", summary: "Print JSON" },
    watch: { type: "switch", short: "w", summary: "Keep the screen up to date; q or Ctrl-C ends it" },
  },
  details: "Exit code: 0 it can serve, 3 it does not run, 4 it runs but no key can serve.",
  async run({ flags, output, env }) {
    const [{ resolvePaths }, { readStatus }, { renderStatus }] = await Promise.all([
      import("../../config/paths"),
      import("../read-status"),
      import("../render-status"),
    ]);
    const paths = resolvePaths(env);
    if (flags.watch) {
      if (flags.json) throw usageError("--watch is for the screen, --json for scripts.", "Give one of them.");
      const { watchStatus } = await import("../watch-status");
      return watchStatus(paths, output);
    }
    const view = await readStatus(paths);
    if (flags.json) {
      const { statusJson } = await import("../status-json");
      output.out.line(JSON.stringify(statusJson(view), null, 2));
      return view.code;
    }
    const { paint, width } = output.out;
    for (const line of renderStatus(view, paint, width)) output.out.line(line);
    if (view.found.state === "not running" && view.warnings.length === 0)
      output.err.line("Start it: cf start, or cf start -d in the background");
    return view.code;
  },
});
