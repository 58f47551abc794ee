// The command line of the benchmark.
import { parseArgs } from "node:util";
import { type Part, parts } from "./plan";

export interface BenchOptions {
  quick: boolean;
  json: boolean;
  only: ReadonlySet<Part>;
}

export const usage = `Measures dist/cf (built if need be; CF_TEST_BINARY names another binary) against nginx and against no proxy.

  npm run bench -- [--quick] [--only ${parts.join(",")}] [--json]

  --quick  about a minute instead of eight, with less certainty
  --only   these parts, separated by commas
  --json   all figures as JSON on standard output`;

/** null: help was asked for. Throws for what it does not know. */
export function parseOptions(argv: string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const only = values.only === undefined ? parts : values.only.split(",").map(findPart);
  return { quick: values.quick, json: values.json, only: new Set(only) };
}

function findPart(name: string): Part {
  const part = parts.find((candidate) => candidate === name);
  if (part === undefined)
    throw new Error(`--only: there is no part ${JSON.stringify(name)}. The parts: ${parts.join(", ")}`);
  return part;
}
