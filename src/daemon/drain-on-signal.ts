// Ends a proxy as its owner wants it: the first signal lets running answers finish, the second one does not wait.
import type { StartedProxy } from "../server/start-proxy";
import { drainMs } from "./drain-limits";
import type { Logger } from "./log-file";
import type { SupervisorOrder } from "./supervision";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const countEveryMs = 250;

export interface DrainOptions {
  readonly say: (line: string) => void;
  readonly log: Logger;
  /** Told how many requests still run: at the first signal, and whenever it changes. */
  readonly onDraining: (requests: number) => void;
}

/**
 * Resolves when the proxy has nothing left to do after a signal, or after an order of the supervisor. Signals stay held from then on:
 * the process is about to end, and one more of them would cost the last rows of the record, and leave the run file behind.
 */
export async function drainOnSignal(proxy: StartedProxy, options: DrainOptions): Promise<void> {
  const asked = Promise.withResolvers<string>();
  const forced = Promise.withResolvers<void>();
  let signalCount = 0;
  const onSignal = (signal: string) => (++signalCount === 1 ? asked.resolve(signal) : forced.resolve());
  // A signal to the whole group comes twice, by itself and as the supervisor's order, in whichever sequence: the one
  // must not count as the second of the other.
  const onOrder = (order: SupervisorOrder) =>
    order?.type === "cut" ? forced.resolve() : asked.resolve("supervisor");
  for (const signal of signals) process.on(signal, onSignal);
  process.on("message", onOrder);
  try {
    const by = await Promise.race([asked.promise, forced.promise]);
    await finish(proxy, String(by ?? "supervisor"), forced.promise, options);
  } finally {
    process.off("message", onOrder);
  }
}

async function finish(
  proxy: StartedProxy,
  by: string,
  forced: Promise<void>,
  { say, log, onDraining }: DrainOptions,
): Promise<void> {
  const { journeys } = proxy.runtime;
  let open = journeys.size;
  log.log("info", "draining", { by, requests: open });
  onDraining(open);
  if (open > 0) {
    say(
      `Waiting for ${open} running ${open === 1 ? "request" : "requests"}. Press Ctrl+C again to cut them off.`,
    );
  }
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, drainMs);
  const counter = setInterval(() => {
    if (journeys.size === open) return;
    open = journeys.size;
    onDraining(open);
  }, countEveryMs);
  await Promise.race([proxy.drain(), forced, timeout.promise]);
  clearTimeout(timer);
  clearInterval(counter);
}
