// Runs the real proxy in this process on the demo's own home folder.
import { randomUUID } from "node:crypto";
import { readConfig } from "../config/file";
import { resolvePaths } from "../config/paths";
import type { Config } from "../config/types";
import { CfError } from "../errors";
import { type StartedProxy, startProxy } from "../server/start-proxy";
import { KnownSecrets } from "../state/known-secrets";
import { version } from "../version";
import type { RunningProxy } from "./run-demo";

/** Starts on `port`, or on any free port if it is taken. Throws a CfError if no port can be opened. */
export async function startDemoProxy({ home, port }: { home: string; port: number }): Promise<RunningProxy> {
  const paths = resolvePaths({ CF_HOME: home });
  const loaded = await readConfig(paths);
  const tokens = tokensOf(loaded.config);
  const secrets = new KnownSecrets();
  const reportBug = (error: unknown) => {
    throw error;
  };
  const start = (at: number) =>
    startProxy({
      paths,
      loaded,
      tokens,
      // The demo's tokens stand in its config as they are.
      resolveToken: async ({ token }) => ({ token }),
      secrets,
      version,
      instance: randomUUID(),
      port: at,
      reportBug,
    });
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

/** The demo's tokens stand in its config as they are. */
function tokensOf(config: Config): Map<string, { token: string }> {
  return new Map([...config.keys.values()].map((key) => [key.id, { token: key.token }]));
}

function startOnFreePort(start: (port: number) => StartedProxy, preferred: number): StartedProxy {
  try {
    return start(preferred);
  } catch (error) {
    if (error instanceof CfError && error.code === "port_taken") return start(0);
    throw error;
  }
}
