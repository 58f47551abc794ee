// Measures how long every command takes that needs no server, beside a binary that only says hello as the floor.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { resolvePaths } from "../src/config/paths";
import { openDatabase } from "../src/state/ledger/store/open-database";
import { LedgerStore } from "../src/state/ledger/store/store";
import { batchedRows, randomRow, seededChance } from "../test/support/request-rows";
import { openAiTokenFor, tokenFor } from "../test/support/test-token";
import { renderTable } from "./bench/render-table";
import { spread } from "./bench/statistics";
import { buildBinary } from "./build";

const usage = `Measures the start-up of the commands that need no server.

  node_modules/.bin/bun scripts/measure-startup.ts [--runs 40] [--binary dist/cf]... [--only stats]

  --runs    how often each command runs, in turns with all others
  --binary  may be given several times, to compare
  --only    commands that begin with this`;

const hourMs = 3_600_000;
const recordedRequests = 500;
const logLines = 200;

interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  readonly times: number[];
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "40" },
      binary: { type: "string", multiple: true, default: [join(import.meta.dir, "..", "dist", "cf")] },
      only: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "cf-startup-"));
  try {
    const hello = join(folder, "hello");
    await writeFile(join(folder, "hello.ts"), `console.log("hello");`);
    await buildBinary(hello, join(folder, "hello.ts"));
    const requestId = await furnish(folder);
    const commands = commandLines(requestId).filter((line) => line.startsWith(values.only));
    const floor: Subject = { name: "hello world", command: [hello], times: [] };
    const binaries = values.binary.map((binary) =>
      commands.map(
        (line): Subject => ({ name: line, command: [resolve(binary), ...line.split(" ")], times: [] }),
      ),
    );
    const subjects = [floor, ...binaries.flat()];
    for (let round = 0; round < Number(values.runs); round++) {
      for (const { command, times } of subjects) times.push(timeRun(command, folder));
    }
    const figures = ({ times }: Subject) => {
      const { min, median } = spread(times);
      return [min.toFixed(1), median.toFixed(1)];
    };
    console.log(
      renderTable([
        ["in milliseconds", ...values.binary.flatMap(() => ["best", "median"])],
        [floor.name, ...figures(floor)],
        ...commands.map((line, index) => [
          line.replace(requestId, "<request-id>"),
          ...binaries.flatMap((subjectsOfOne) => {
            const subject = subjectsOfOne[index];
            return subject === undefined ? [] : figures(subject);
          }),
        ]),
      ]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function commandLines(requestId: string): string[] {
  return [
    "--version",
    "--help",
    "start --help",
    "status",
    "status --json",
    "logs",
    "stats",
    `why ${requestId}`,
    "list-keys",
    "config path",
    "config show",
    "config validate",
    "config schema",
    "doctor",
    "completions bash",
    "complete key",
  ];
}

/** A home folder as it is after some use, without a running proxy. Gives the id of a recorded request. */
async function furnish(folder: string): Promise<string> {
  const paths = resolvePaths({ CF_HOME: join(folder, "home") });
  await mkdir(paths.logs, { recursive: true, mode: 0o700 });
  const config = {
    keys: {
      work: { token: tokenFor("work", "oauth"), label: "Work", group: "company" },
      private: { token: tokenFor("private") },
      openai: { token: openAiTokenFor("openai"), provider: "openai" },
    },
    profiles: { default: { keyOrder: ["work", "private"] }, cheap: { port: 4111 } },
    modelFallback: { "claude-opus-4-6": "claude-sonnet-4-6" },
    openaiModelFallback: true,
  };
  await writeFile(paths.config, JSON.stringify(config, null, 2), { mode: 0o600 });
  const now = Date.now();
  const chance = seededChance(1);
  const rows = Array.from({ length: recordedRequests }, (_, index) =>
    randomRow(now - Math.floor((1 - index / recordedRequests) * 20 * hourMs), chance, 4),
  );
  const store = new LedgerStore(openDatabase(paths.state, now).database);
  store.write({ parts: [batchedRows(rows)], keyStates: [], cooldowns: [], bindings: [] }, now, false);
  store.checkpoint();
  store.close();
  const lines = rows
    .slice(-logLines)
    .map(({ at, id, modelAsked, modelServed, key, status, totalMs, attempts }) =>
      JSON.stringify({
        time: at,
        level: "info",
        message: "request",
        id,
        profile: "default",
        endpoint: "messages",
        model: modelAsked,
        served: modelServed,
        key,
        status,
        state: "complete",
        ms: totalMs,
        attempts,
      }),
    );
  await writeFile(paths.logFile, `${lines.join("\n")}\n`, { mode: 0o600 });
  return rows.at(-1)?.id ?? "";
}

/** Milliseconds from before the start of the process until it is gone. */
function timeRun(command: readonly string[], folder: string): number {
  const env = { PATH: process.env.PATH ?? "", HOME: folder, CF_HOME: join(folder, "home"), NO_COLOR: "1" };
  const began = performance.now();
  const { stdout, stderr } = Bun.spawnSync([...command], { cwd: folder, env });
  const ms = performance.now() - began;
  if (stdout.length === 0) throw new Error(`${command.join(" ")} printed nothing: ${stderr.toString()}`);
  return ms;
}

await run();
