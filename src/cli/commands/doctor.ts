// cf doctor: looks at everything that keeps a proxy from doing its work, and says what to do.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Finding } from "../doctor/finding";
import type { Output } from "../output";

export const doctorCommand = defineCommand({
  positionals: [],
  flags: {
    json: { type: "switch", summary: "Print JSON" },
    "test-keys": { type: "switch", summary: "Also ask the upstream of each key; costs nothing" },
  },
  details: [
    "Makes no outside call unless --test-keys is given, and changes nothing.",
    "",
    "Exit code: 0 nothing failed (warnings may be there), 1 a check failed.",
  ].join("\n"),
  async run({ flags, output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { examine } = await import("../doctor/examine");
    const findings = await examine({ paths: resolvePaths(env), env, testKeys: flags["test-keys"] });
    const isWell = findings.every(({ state }) => state !== "fail");
    if (flags.json) output.out.line(JSON.stringify({ ok: isWell, findings }, null, 2));
    else await print(findings, output);
    return isWell ? exitCode.ok : exitCode.failed;
  },
});

async function print(findings: readonly Finding[], { out }: Output): Promise<void> {
  const { formatTable } = await import("../print/table");
  const { paint, width } = out;
  const marks = {
    ok: { text: "● ok", style: paint.green },
    warn: { text: "! warn", style: paint.yellow },
    fail: { text: "✗ fail", style: paint.red },
  };
  const rows = findings.map(({ state, subject, words, remedy }) => [
    marks[state],
    { text: subject, style: paint.bold },
    { text: remedy === null ? words : `${words}\n→ ${remedy}` },
  ]);
  for (const line of formatTable(rows, { width })) out.line(line);
  out.line();
  out.line(summarize(findings));
}

function summarize(findings: readonly Finding[]): string {
  const count = (state: Finding["state"], one: string, many: string) => {
    const number = findings.filter((finding) => finding.state === state).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  const told = [...count("fail", "failure", "failures"), ...count("warn", "warning", "warnings")];
  return told.length === 0 ? "All is well." : `${told.join(", ")}.`;
}
