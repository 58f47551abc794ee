// cf logs: the log as people read it, or as it is, and followed while it grows.

import { exitCode } from "../../errors";
import type { LogFilter, LogLevel } from "../../state/log/log-entry";
import { defineCommand } from "../command";
import { quoteWord, usageError } from "../usage-error";

const seeHelp = 'See "cf logs --help".';
const byDefault = 50;
const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

export const logsCommand = defineCommand({
  positionals: [],
  flags: {
    follow: { type: "switch", short: "f", summary: "Go on with new lines as they come; Ctrl-C ends it" },
    lines: {
      type: "value",
      short: "n",
      placeholder: "N",
      summary: `The newest N lines (default ${byDefault})`,
    },
    level: {
      type: "value",
      placeholder: "L",
      summary: "At least this level: debug, info, warn or error",
      choices: levels,
    },
    request: {
      type: "value",
      placeholder: "ID",
      summary: "Only lines about the request with this x-cf-request-id",
    },
    json: { type: "switch", summary: "The lines as they are: one JSON object each" },
  },
  details: "What is logged at all is set by logLevel in the config.",
  examples: ["cf logs -f", "cf logs -n 200 --level warn", "cf logs --request req_cf_… --json"],
  async run({ flags, output, env }) {
    const count = flags.lines === undefined ? byDefault : parseCount(flags.lines);
    const filter: LogFilter = {
      level: levels.find((known) => known === flags.level),
      request: flags.request,
    };
    const { resolvePaths } = await import("../../config/paths");
    const { printLog } = await import("../print-log");
    const { logFile } = resolvePaths(env);
    await printLog({ path: logFile, count, filter, follow: flags.follow, json: flags.json }, output);
    return exitCode.ok;
  },
});

function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`-n must be a number of lines, not ${quoteWord(text)}.`, seeHelp);
}
