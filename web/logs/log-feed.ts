// Follows the log for a filter: the last lines, then each new one, anew after every break of the connection.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { LogLine } from "../../src/server/contract";
import { type Link, LiveFeed } from "../live";
import { addLines, logCapacity, type NumberedLine } from "./log-list";

export interface LogQuery {
  level: string | null;
  key: string | null;
  request: string | null;
  search: string | null;
}

export class LogFeed {
  readonly lines: ReadonlySignal<NumberedLine[]>;
  readonly link: Signal<Link> = signal({ state: "connecting" });
  readonly #lines: Signal<NumberedLine[]> = signal([]);
  readonly #feed: LiveFeed<{ lines: LogLine[] }>;
  #isFresh = true;

  constructor(query: LogQuery) {
    this.lines = this.#lines;
    this.#feed = new LiveFeed({
      url: `/dashboard/api/logs/stream?${formatQuery(query)}`,
      onEvents: (batches) => {
        // The stream begins with what is there already.
        const earlier = this.#isFresh ? [] : this.#lines.peek();
        this.#isFresh = false;
        this.#lines.value = addLines(
          earlier,
          batches.flatMap((batch) => batch.lines),
        );
      },
      onLink: (link) => {
        if (link.state === "lost") this.#isFresh = true;
        this.link.value = link;
      },
    });
  }

  /** Works until the function it returns is called. */
  start(): () => void {
    this.#feed.connect();
    return () => this.#feed.close();
  }
}

function formatQuery(query: LogQuery): string {
  const filled = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  return new URLSearchParams([...filled, ["limit", String(logCapacity)]]).toString();
}
