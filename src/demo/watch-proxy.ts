// Keeps the demo's state up to date with the proxy's events and key health, and has it shown.
import type { RequestEvent } from "../state/record";
import type { Clock } from "./clock";
import { demoPort } from "./demo-home";
import { type DemoState, initialState, type KeyHealthView } from "./demo-state";
import { noteEvent } from "./note-event";
import { noteHealth } from "./note-health";
import type { DemoView } from "./show-screen";

const frameMs = 250;

/** What of the running proxy is looked at. */
export interface WatchableProxy {
  url: string;
  onEvent(listener: (event: RequestEvent) => void): () => void;
  health(): KeyHealthView[];
}

export interface Watched {
  state(): DemoState;
  /** Rejects when watching itself fails; never resolves. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Keeps the state up to date and shows it, at each event and a few times a second. */
export function watchProxy(proxy: WatchableProxy, view: DemoView, clock: Clock): Watched {
  const taken = Number(new URL(proxy.url).port) !== demoPort;
  const notice = taken ? `Port ${demoPort} is taken: this one is free.` : null;
  let state = initialState(proxy.url, notice, clock.now());
  const failed = Promise.withResolvers<never>();
  const abort = new AbortController();

  const show = (event: RequestEvent | null) => {
    try {
      const now = clock.now();
      if (event !== null) state = noteEvent(state, event, now);
      state = noteHealth(state, proxy.health(), now);
      view.update(state);
    } catch (error) {
      failed.reject(error);
    }
  };
  const unsubscribe = proxy.onEvent(show);
  const frames = (async () => {
    while (!abort.signal.aborted) {
      show(null);
      await clock.sleep(frameMs, abort.signal);
    }
  })();
  return {
    state: () => state,
    failed: failed.promise,
    async stop() {
      unsubscribe();
      abort.abort();
      await frames;
    },
  };
}
