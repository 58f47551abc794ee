// Everything that `npm test` checks: types, lint and format beside the build, then the tests in parallel.
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const bin = join(root, "node_modules", ".bin");
const bun = process.execPath;

async function check(name: string, command: string[]): Promise<boolean> {
  const started = performance.now();
  const child = Bun.spawn(command, { cwd: root, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (code !== 0) console.log(`${stdout}${stderr}`);
  return code === 0;
}

const checks = await Promise.all([
  check("types", [join(bin, "tsc")]),
  check("lint and format", [join(bin, "biome"), "check", "--error-on-warnings"]),
  check("build", [bun, "scripts/build.ts"]),
]);

const scratch = await mkdtemp(join(tmpdir(), "cf-test-"));
const report = join(scratch, "report.xml");
// Many tests wait for real time to pass, so that one more process than cores keeps the cores busy.
const workers = availableParallelism() + 1;
// For what hangs: a busy machine is no reason to fail.
const timeoutMs = 30_000;
const tests = Bun.spawn(
  [
    bun,
    "test",
    `--parallel=${workers}`,
    `--timeout=${timeoutMs}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdout: "inherit", stderr: "inherit" },
);
const code = await tests.exited;
const totals = /<testsuites[^>]* tests="(\d+)"[^>]* failures="(\d+)"(?:[^>]* skipped="(\d+)")?/.exec(
  await Bun.file(report)
    .text()
    .catch(() => ""),
);
await rm(scratch, { recursive: true, force: true });

const failed = Number(totals?.[2] ?? 0) + checks.filter((ok) => !ok).length;
const passed = Number(totals?.[1] ?? 0) - Number(totals?.[2] ?? 0) - Number(totals?.[3] ?? 0);
console.log(
  `${passed} passed, ${failed} failed${Number(totals?.[3] ?? 0) > 0 ? `, ${totals?.[3]} skipped` : ""}`,
);
process.exit(code !== 0 || failed > 0 || passed === 0 ? 1 : 0);
