// Runs the real proxy in this process on the demo's own home folder.
import { randomUUID } from "node:crypto";
import { readConfig } from "../config/file";
import { resolvePaths } from "../config/paths";
import { CfError } from "../errors";
import { type StartedProxy, startProxy } from "../server/start-proxy";
import { version } from "../version";
import type { RunningProxy } from "./run-demo";

/** Starts on `port`, or on any free port if it is taken. Throws a CfError if no port can be opened. */
export async function startDemoProxy({ home, port }: { home: string; port: number }): Promise<RunningProxy> {
  const { config, hash: configHash } = await readConfig(resolvePaths({ CF_HOME: home }));
  const tokens = new Map([...config.keys.values()].map((key) => [key.id, { token: key.token }]));
  const reportBug = (error: unknown) => {
    throw error;
  };
  const options = { config, configHash, tokens, version, warnings: () => [], reportBug };
  const start = (at: number) => startProxy({ ...options, instance: randomUUID(), port: at });
  const proxy = startOnFreePort(start, port);
  const [listener] = proxy.listeners;
  return {
    url: `http://127.0.0.1:${listener?.port}`,
    onEvent: (listen) => proxy.runtime.bus.subscribe(listen),
    health: () => proxy.runtime.pool.keyStates(),
    stop: async () => {
      proxy.close();
      await proxy.drain();
    },
  };
}

function startOnFreePort(start: (port: number) => StartedProxy, preferred: number): StartedProxy {
  try {
    return start(preferred);
  } catch (error) {
    if (error instanceof CfError && error.code === "port_taken") return start(0);
    throw error;
  }
}
