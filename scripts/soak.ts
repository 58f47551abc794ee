// Minutes of rough traffic through the compiled binary, with its memory and open files watched: exits with 1 if they keep growing.
import { parseArgs } from "node:util";
import { findBinary } from "../test/support/cf-binary";
import { findFreePort } from "../test/support/free-port";
import { ScriptedUpstream } from "../test/support/scripted-upstream";
import { openAiTokenFor, tokenFor } from "../test/support/test-token";
import { countOpenFiles, hasProcessFigures, readMemory } from "./bench/process-figures";
import { runInterruptibly } from "./bench/run-interruptibly";
import { startCf } from "./bench/start-cf";
import { misbehave } from "./soak/faults";
import { findGrowth, type Reading } from "./soak/judge-growth";
import { type Endings, keepAsking } from "./soak/traffic";

const readingCount = 40;
/** Idle upstream connections close after less than that. */
const quietSeconds = 55;
/** What may stay open beyond what was open before the first request: the log, and what the runtime keeps. */
const filesLeftOver = 10;

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, clients: { type: "string", default: "32" } },
});
const minutes = Number(values.minutes);
const clients = Number(values.clients);
if (!(minutes > 0 && clients >= 1)) {
  console.error("usage: bun scripts/soak.ts [--minutes 10] [--clients 32]");
  process.exit(2);
}
if (!hasProcessFigures) {
  console.error("The soak run reads /proc, which this system does not have.");
  process.exit(2);
}

await runInterruptibly(async (resources, signal) => {
  const upstream = resources.use(await ScriptedUpstream.start());
  upstream.always({}, misbehave);
  const settings = {
    // An order of their own keeps each profile to its road.
    keys: { alpha: { token: tokenFor("alpha") }, beta: { token: tokenFor("beta") }, ...openAiKeys() },
    openaiBaseUrl: upstream.url,
    openaiModelMapping: { "*": "gpt-5.4" },
    queueWaitMs: 2000,
    timeouts: { connectMs: 1000, firstByteMs: 1000, idleMs: 1000 },
  };
  const ports = { chat: await findFreePort(), responses: await findFreePort() };
  const profiles = {
    chat: { port: ports.chat, keyOrder: ["chat-1", "chat-2"] },
    responses: { port: ports.responses, keyOrder: ["responses-1", "responses-2"] },
  };
  const plan = { binary: await findBinary(), upstreamPort: upstream.port, pin: [], settings, profiles };
  const cf = resources.use(await startCf(plan));
  const before = await read(cf.pid, 0);
  const endings: Endings = new Map();
  const over = AbortSignal.any([signal, AbortSignal.timeout(minutes * 60_000)]);
  const roads = [cf.port, ports.chat, cf.port, ports.responses];
  const traffic = Array.from({ length: clients }, (_, client) =>
    keepAsking(roads[client % roads.length] ?? cf.port, endings, over),
  );

  const readings: Reading[] = [];
  for (let number = 1; number <= readingCount && !signal.aborted; number++) {
    await pause((minutes * 60_000) / readingCount, signal);
    // It records every request for tests to look at; here there are too many.
    upstream.requests.length = 0;
    readings.push(await read(cf.pid, (number * minutes) / readingCount));
    console.log(describe(readings.at(-1) ?? before, endings));
  }
  await Promise.all(traffic);
  console.log(`The traffic is over; waiting ${quietSeconds} s for idle connections to close.`);
  await pause(quietSeconds * 1000, signal);
  signal.throwIfAborted();
  const after = await read(cf.pid, minutes);
  console.log(describe(after, endings));

  const faults = findGrowth(readings);
  const stuck = endings.get("stuck") ?? 0;
  const served = endings.get("200") ?? 0;
  if (served === 0) faults.push("not one request was served");
  if (stuck > 0) faults.push(`${stuck} requests never ended`);
  if (after.files > before.files + filesLeftOver) {
    faults.push(`${after.files} files are open after the traffic, ${before.files} were before`);
  }
  for (const fault of faults) console.log(`FAILED: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log("ok: nothing grows without bound");
});

/** Two for each dialect: what one is refused, the other is asked. */
function openAiKeys(): Record<string, unknown> {
  const ids = ["chat-1", "chat-2", "responses-1", "responses-2"];
  const keys = ids.map((id) => {
    const api = id.startsWith("chat") ? "chat" : "responses";
    return [id, { token: openAiTokenFor(id), provider: "openai", api }];
  });
  return Object.fromEntries(keys);
}

async function read(pid: number, at: number): Promise<Reading> {
  const [memory, open] = await Promise.all([readMemory(pid), countOpenFiles(pid)]);
  if (memory === null || open === null) throw new Error("/proc tells nothing about the proxy");
  return { minutes: at, rssMb: memory.rssMb, sockets: open.sockets, files: open.all };
}

function describe({ minutes: at, rssMb, sockets, files }: Reading, endings: Endings): string {
  const counts = [...endings].toSorted(([left], [right]) => left.localeCompare(right));
  const words = counts.map(([ending, count]) => `${ending} ${count}`).join(", ");
  return `${at.toFixed(2)} min   ${rssMb.toFixed(0)} MB   ${sockets} sockets   ${files} files   ${words}`;
}

/** Ends early when `signal` aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
