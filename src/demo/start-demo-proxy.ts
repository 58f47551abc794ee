// Runs the real proxy in this process on the demo's own home folder.
import { readConfig } from "../config/file";
import { resolvePaths } from "../config/paths";
import type { Config } from "../config/types";
import { CfError } from "../errors";
import { type StartedProxy, startProxy } from "../server/start-proxy";
import { KnownSecrets } from "../state/known-secrets";
import { openStore } from "../state/ledger/store/open-store";
import { version } from "../version";
import type { RunningProxy } from "./run-demo";

/** Starts on `port`, or on any free port if it is taken. Throws a CfError if no port can be opened. */
export async function startDemoProxy({ home, port }: { home: string; port: number }): Promise<RunningProxy> {
  const paths = resolvePaths({ CF_HOME: home });
  const loaded = await readConfig(paths);
  const tokens = tokensOf(loaded.config);
  const secrets = new KnownSecrets();
  // As in real life: the dashboard's timeline and figures come from it.
  const store = await openStore(paths.state, loaded.config);
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
      store,
      version,
      instance: crypto.randomUUID(),
      port: at,
      reportBug,
    });
  const proxy = await startOnFreePort(start, port).catch(async (error: unknown) => {
    await store.client.close();
    throw error;
  });
  const [listener] = proxy.listeners;
  return {
    url: `http://127.0.0.1:${listener?.port}`,
    onEvent: (listen) => proxy.runtime.bus.subscribe(listen),
    health: () => proxy.runtime.pool.keyStates(),
    stop: async () => {
      proxy.close();
      await proxy.drain();
      await store.client.close();
    },
  };
}

/** The demo's tokens stand in its config as they are. */
function tokensOf(config: Config): Map<string, { token: string }> {
  return new Map([...config.keys.values()].map((key) => [key.id, { token: key.token }]));
}

async function startOnFreePort(
  start: (port: number) => StartedProxy,
  preferred: number,
): Promise<StartedProxy> {
  try {
    return start(preferred);
  } catch (error) {
    if (error instanceof CfError && error.code === "port_taken") return start(0);
    throw error;
  }
}
