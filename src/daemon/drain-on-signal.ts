// Ends a proxy as its owner wants it: the first signal lets running answers finish, the second one does not wait.
import type { StartedProxy } from "../server/start-proxy";
import type { Logger } from "./log-file";

/** Answers that run at the first signal get this long. */
const drainMs = 30_000;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves when the proxy has nothing left to do after a signal. */
export async function drainOnSignal(
  proxy: StartedProxy,
  { say, log }: { say: (line: string) => void; log: Logger },
): Promise<void> {
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<void>();
  let count = 0;
  const onSignal = (signal: string) => {
    count++;
    if (count === 1) first.resolve(signal);
    else second.resolve();
  };
  for (const signal of signals) process.on(signal, onSignal);
  const signal = await first.promise;
  const open = proxy.runtime.journeys.size;
  log.log("info", "draining", { signal, requests: open });
  if (open > 0)
    say(
      `Waiting for ${open} running ${open === 1 ? "request" : "requests"}. Press Ctrl+C again to cut them off.`,
    );
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, drainMs);
  await Promise.race([proxy.drain(), second.promise, timeout.promise]);
  clearTimeout(timer);
  for (const signal of signals) process.off(signal, onSignal);
}
