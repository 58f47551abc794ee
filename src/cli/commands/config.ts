// cf config: opens the dashboard; where the config lies, what stands in it, whether it is valid, what may stand in it.
import type { Paths } from "../../config/paths";
import { exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Output } from "../output";
import { usageError } from "../usage-error";

export const configCommand = defineCommand({
  positionals: [
    {
      name: "action",
      summary: "path, show (tokens masked), validate, or schema (JSON Schema). None: open the dashboard",
      choices: ["path", "show", "validate", "schema"],
    },
    {
      name: "file",
      summary: "validate: another file than the config in use; - for stdin",
      completes: "file",
    },
  ],
  flags: {
    json: { type: "switch", summary: "validate: print the faults as JSON; show and schema always do" },
  },
  details: [
    "For an editor that knows JSON Schema:",
    '  cf config schema > "$(dirname "$(cf config path)")/config.schema.json"',
    '  and in config.json: "$schema": "./config.schema.json"',
    "",
    "Exit code: 0 ok, 2 the config is not valid, 3 the dashboard needs the running proxy.",
  ].join("\n"),
  examples: ["cf config", "cf config validate", "cf config validate ci/config.json --json"],
  async run({ flags, positionals, output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const paths = resolvePaths(env);
    const [action, file] = positionals;
    if (action !== "validate" && file !== undefined)
      throw usageError("A file goes with validate only.", 'See "cf config --help".');
    if (flags.json && (action === undefined || action === "path"))
      throw usageError("--json goes with show, validate and schema.", 'See "cf config --help".');
    switch (action) {
      case "path":
        output.out.line(paths.config);
        return exitCode.ok;
      case "show":
        await show(paths, output);
        return exitCode.ok;
      case "schema":
        await printSchema(output);
        return exitCode.ok;
      case "validate": {
        const { validateConfig } = await import("../validate-config");
        return validateConfig({ paths, file, json: flags.json }, output);
      }
      default:
        await openDashboard(paths, output);
        return exitCode.ok;
    }
  },
});

async function show(paths: Paths, { out, err }: Output): Promise<void> {
  const { readConfig } = await import("../../config/file");
  const { maskDocument } = await import("../../config/mask-document");
  const { formatDocument } = await import("../../config/document");
  const { document, text } = await readConfig(paths);
  out.write(formatDocument(maskDocument(document)));
  if (text === null) err.line(`There is no config file yet: ${paths.config}`);
}

async function printSchema({ out }: Output): Promise<void> {
  const { describeConfig } = await import("../../config/json-schema");
  out.line(JSON.stringify(describeConfig(), null, 2));
}

/** The address goes to stdout, whether or not a browser can be opened. */
async function openDashboard(paths: Paths, { out, err }: Output): Promise<void> {
  const { requireRunning } = await import("../require-running");
  const { dashboardOf } = await import("../../daemon/describe-run");
  const { openBrowser } = await import("../../daemon/open-browser");
  const { run } = await requireRunning(paths);
  const url = dashboardOf(run);
  out.line(url ?? "");
  if (url === null || out.width === null) return;
  if (!(await openBrowser(url))) err.line("No browser could be opened: open the address yourself.");
}
