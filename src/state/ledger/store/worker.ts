// The thread that owns state.db: whatever waits for the disk waits here, never where requests are served.
import { messageOf } from "./open-database";
import type { Order, Reply } from "./protocol";
import { StoreHost } from "./store-host";

const tidyEveryMs = 10 * 60_000;
const firstTidyMs = 20_000;
/** Questions and writes come between two steps. */
const betweenStepsMs = 20;

function serve(): void {
  const host = new StoreHost({
    now: Date.now,
    steadyNow: () => performance.now(),
    onTrouble: (trouble) => answer({ trouble }),
  });
  let timer = setTimeout(tidy, firstTidyMs);

  function answer(reply: Reply): void {
    postMessage(JSON.stringify(reply));
  }

  function tidy(): void {
    clearTimeout(timer);
    timer = setTimeout(tidy, tidyStep() ? betweenStepsMs : tidyEveryMs);
  }

  function tidyStep(): boolean {
    try {
      return host.tidy();
    } catch {
      // A full, locked or damaged file: the next write tells of it, and mends what can be mended.
      return false;
    }
  }

  addEventListener("message", ({ data: order }: MessageEvent<Order>) => {
    try {
      answer({ id: order.id, gives: host.perform(order) });
    } catch (error) {
      answer({ id: order.id, failed: messageOf(error) });
    }
    if (host.wantsTidying) tidy();
  });
}

serve();
