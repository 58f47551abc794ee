// From the text of config.json to the Config, with every fault told at its line.
import { checkRelations } from "./check-relations";
import { ConfigError, type ConfigProblem, formatPath } from "./config-error";
import { type ConfigDocument, type DocumentPath, isJsonObject } from "./document";
import { explainIssues, type Fault } from "./explain";
import { upgradeDocument } from "./legacy";
import { parseText } from "./parse-text";
import { resolveConfig } from "./resolve";
import { configSchema } from "./schema";
import type { Config, Warning } from "./types";

export interface LoadedDocument {
  readonly config: Config;
  /** In the current format, whatever the file's was. */
  readonly document: ConfigDocument;
  readonly warnings: readonly Warning[];
  /** True if the text was written by version 1.x. */
  readonly legacy: boolean;
}

/** Throws a ConfigError that names every fault of the text. */
export function loadText(text: string): LoadedDocument {
  const parsed = parseText(text);
  if (!parsed.ok) throw new ConfigError([parsed.problem]);
  if (!isJsonObject(parsed.value)) {
    throw new ConfigError([
      { path: "", line: 1, column: null, message: "the config must be an object {...}" },
    ]);
  }
  return load(parsed.value, parsed.lineOf, parsed.repeated);
}

/** The same for a document that is not in a file yet: its faults have no lines. */
export function loadDocument(document: ConfigDocument): LoadedDocument {
  return load(document, () => null, []);
}

function load(
  original: ConfigDocument,
  lineOf: (path: DocumentPath) => number | null,
  repeated: readonly ConfigProblem[],
): LoadedDocument {
  const { document, legacy, faults, originOf } = upgradeDocument(original);
  const toProblem = (fault: Fault): ConfigProblem => {
    const path = originOf(fault.path);
    return { path: formatPath(path), line: lineOf(path), column: null, message: fault.message };
  };
  const checked = configSchema.safeParse(document);
  const issues = checked.success ? [] : explainIssues(checked.error.issues, document);
  const problems = [...repeated, ...[...faults, ...issues, ...checkRelations(document)].map(toProblem)];
  if (!checked.success || problems.length > 0) throw new ConfigError(problems.sort(byLine));
  return { ...resolveConfig(checked.data), document, legacy };
}

function byLine(left: ConfigProblem, right: ConfigProblem): number {
  return (left.line ?? 0) - (right.line ?? 0);
}
