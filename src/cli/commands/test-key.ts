// cf test-key: asks the upstreams of the keys, or of one, whether they take them.
import type { LoadedConfig } from "../../config/file";
import type { Key } from "../../config/types";
import { CfError, exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Output } from "../output";
import type { KeyReport } from "../print/key-test";

export const testKeyCommand = defineCommand({
  positionals: [
    {
      name: "id",
      summary: "Id of the key, as in cf list-keys. None: every key that is not disabled",
      completes: "key",
    },
  ],
  flags: { json: { type: "switch", summary: "Print JSON" } },
  details: [
    "Asks the upstream of each key something that costs nothing: a list of models, or a",
    "count of one token. That shows whether the key is accepted, not whether credit is",
    "left. A ChatGPT token is only read: all that can be tested costs of its limits.",
    "",
    "Exit code: 0 every key that could be tested works, 1 one of them does not.",
  ].join("\n"),
  async run({ flags, positionals, output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { readConfig } = await import("../../config/file");
    const loaded = await readConfig(resolvePaths(env));
    const keys = await chooseKeys(loaded, positionals[0]);
    const { isFailure } = await import("../print/key-test");
    const { testKeys } = await import("../test-keys");
    const { err } = output;
    // Only for somebody who waits in front of it.
    if (err.width !== null)
      err.line(err.paint.dim(`Testing ${keys.length === 1 ? "1 key" : `${keys.length} keys`} …`));
    const reports = await testKeys(keys, loaded.config, { named: positionals[0] !== undefined, env });
    if (flags.json) printJson(reports, output);
    else await printTable(reports, output);
    return reports.some(isFailure) ? exitCode.failed : exitCode.ok;
  },
});

async function chooseKeys({ config }: LoadedConfig, id: string | undefined): Promise<Key[]> {
  if (id === undefined && config.keys.size > 0) return [...config.keys.values()];
  const key = config.keys.get(id ?? "");
  if (key !== undefined) return [key];
  if (id === undefined) {
    throw new CfError("no_keys", "There is no key to test.", {
      hint: "Add one: cf add-key, or cf add-openai-key",
    });
  }
  const { unknownKey } = await import("../../config/edit-keys");
  throw unknownKey(id, config.keys.keys());
}

async function printTable(reports: readonly KeyReport[], { out, err }: Output): Promise<void> {
  const { describeKind } = await import("../describe-key");
  const { describeResult, explainTest } = await import("../print/key-test");
  const { formatTable } = await import("../print/table");
  const now = Date.now();
  const rows = reports.map((report) => [
    { text: report.key.id, style: out.paint.bold },
    { text: describeKind(report.key), style: out.paint.dim },
    describeResult(report, out.paint),
    { text: explainTest(report, now).join("\n") },
  ]);
  for (const line of formatTable(rows, { width: out.width })) out.line(line);
  if (!reports.some(({ test }) => test.result === "ok")) return;
  err.line(err.paint.dim("ok: the key is accepted. Whether credit is left shows only when it is used."));
}

function printJson(reports: readonly KeyReport[], { out }: Output): void {
  const tests = reports.map(({ key, test }) => ({
    id: key.id,
    label: key.label,
    provider: key.provider,
    type: key.type,
    ...test,
    until: test.until === null ? null : new Date(test.until).toISOString(),
  }));
  out.line(JSON.stringify(tests, null, 2));
}
