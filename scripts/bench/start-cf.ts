// Starts the compiled binary with a home of its own that knows one key and the simulated upstream.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFreePort } from "../../test/support/free-port";
import { endChild } from "./end-child";
import { reportEarlyEnd } from "./report-early-end";
import { waitForPort } from "./wait-for-port";

export interface RunningCf extends AsyncDisposable {
  pid: number;
  port: number;
  /** From the start of the process until its port accepted a connection. */
  listeningAfterMs: number;
}

export interface CfPlan {
  binary: string;
  upstreamPort: number;
  pin: string[];
  /** Beside the default one. */
  profiles?: Record<string, { port: number; keyOrder: string[] }>;
  /** Beside the one of the default profile. */
  keys?: Record<string, unknown>;
  /** Beside or in place of what stands in the config otherwise. */
  settings?: Record<string, unknown>;
}

/** Everything but the upstream is left at its default, the request log included: that is what people run. */
export async function startCf(plan: CfPlan): Promise<RunningCf> {
  const { binary, upstreamPort, pin, profiles, keys, settings } = plan;
  const home = await mkdtemp(join(tmpdir(), "cf-bench-"));
  const removeHome = () => rm(home, { recursive: true, force: true });
  const port = await findFreePort();
  const config = {
    profiles: { default: { port }, ...profiles },
    keys: { bench: { token: "sk-ant-api03-bench-bench-bench-bench" }, ...keys },
    anthropicBaseUrl: `http://127.0.0.1:${upstreamPort}`,
    ...settings,
  };
  await writeFile(join(home, "config.json"), JSON.stringify(config), { mode: 0o600 });
  const complaints = join(home, "stderr.txt");
  const startedAt = performance.now();
  const child = Bun.spawn([...pin, binary, "start"], {
    cwd: home,
    env: { PATH: process.env.PATH ?? "", HOME: home, CF_HOME: home, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: Bun.file(complaints),
  });
  const end = async () => {
    await endChild(child);
    await removeHome();
  };
  let listeningAfterMs: number;
  try {
    await waitForPort(port, child);
    listeningAfterMs = performance.now() - startedAt;
    for (const profile of Object.values(profiles ?? {})) await waitForPort(profile.port, child);
  } catch (error) {
    const words = await readFile(complaints, "utf8").catch(() => "");
    await end();
    throw new Error(`cf did not start. ${words}`.trim(), { cause: error });
  }
  const expectEnd = reportEarlyEnd("cf", child, complaints);
  const stop = () => {
    expectEnd();
    return end();
  };
  return { pid: child.pid, port, listeningAfterMs, [Symbol.asyncDispose]: stop };
}
