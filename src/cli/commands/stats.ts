// cf stats: what was asked, how it was served, and what it cost.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";
import { parseSince } from "../parse-since";

const dimensions = ["key", "model", "profile", "provider", "client", "day"] as const;
const byDefault = "24h";

export const statsCommand = defineCommand({
  positionals: [],
  flags: {
    since: {
      type: "value",
      placeholder: "T",
      summary: `How far back: 30m, 24h, 7d, today, 2026-11-24 (default ${byDefault})`,
    },
    by: {
      type: "value",
      placeholder: "D",
      summary: "Broken down by key, model, profile, provider, client or day (default model)",
      choices: dimensions,
    },
    json: { type: "switch", summary: "Print JSON" },
  },
  details:
    "Counts messages; token counts, model lists and what is passed through cost nothing and are left out. Works whether the proxy runs or not.",
  examples: ["cf stats --since 7d --by day", "cf stats --since today --by key --json"],
  async run({ flags, output, env }) {
    const now = Date.now();
    const by = dimensions.find((known) => known === flags.by) ?? "model";
    const period = { since: parseSince(flags.since ?? byDefault, now), until: now + 1 };
    const { resolvePaths } = await import("../../config/paths");
    const { readStats } = await import("../read-stats");
    const stats = await readStats(resolvePaths(env), { period, by });
    if (flags.json) {
      output.out.line(JSON.stringify(stats, null, 2));
      return exitCode.ok;
    }
    const { renderStats } = await import("../render-stats");
    const { openClock } = await import("../print/open-clock");
    for (const line of renderStats(stats, openClock(), output.out.paint)) output.out.line(line);
    return exitCode.ok;
  },
});
