// cf config: where the config lies, what stands in it, and whether it is valid.
import type { Paths } from "../../config/paths";
import { exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Output } from "../output";

export const configCommand = defineCommand({
  positionals: [
    {
      name: "action",
      summary: "path: where it lies. show: its content, tokens masked. validate: is it right",
      required: true,
      choices: ["path", "show", "validate"],
    },
  ],
  flags: {},
  async run({ positionals, output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const paths = resolvePaths(env);
    const [action] = positionals;
    if (action === "path") output.out.line(paths.config);
    if (action === "show") await show(paths, output);
    if (action === "validate") await validate(paths, output);
    return exitCode.ok;
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

async function validate(paths: Paths, { out, err }: Output): Promise<void> {
  const { readConfig } = await import("../../config/file");
  const { noteWarning } = await import("../note-config-change");
  const { config, text, warnings } = await readConfig(paths);
  const contents = `${count(config.profiles.length, "profile")}, ${count(config.keys.size, "key")}`;
  out.line(
    text === null
      ? `There is no config file yet: the defaults apply (${contents}).`
      : `${paths.config} is valid: ${contents}.`,
  );
  for (const warning of warnings) noteWarning(warning, err);
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
