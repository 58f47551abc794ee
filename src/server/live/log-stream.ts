// The log as an event stream: the last lines first, then each new one, at the pace of whoever reads.
import { ClientStream } from "../../proxy/client-stream";
import { LogFollower } from "../../state/log/follow-log";
import { type LogEntry, type LogFilter, matchesFilter, parseLogLine } from "../../state/log/log-entry";
import { readLog } from "../../state/log/read-log";
import { sleep } from "../../state/sleep";
import type { LogLine, LogLines } from "../contract";
import type { SubscriptionEnd } from "./live-hub";

export interface LogStreamOptions {
  path: string;
  filter: LogFilter;
  /** So many of the lines that are there already come first. */
  limit: number;
  end: SubscriptionEnd;
  reportBug: (error: unknown) => void;
  /** Called once when it is over. */
  onEnd: () => void;
}

const lookEveryMs = 250;
const heartbeatMs = 15_000;
/** A burst is sent in pieces, so that a slow reader holds the file back and not the memory. */
const mostLinesAtOnce = 200;
const encoder = new TextEncoder();

/** The body of an answer; it ends with `end`. */
export function openLogStream(options: LogStreamOptions): ReadableStream<Uint8Array> {
  const { end, reportBug, onEnd } = options;
  const over = AbortSignal.any([end.gone, end.closing]);
  const reader = new PacedReader(over);
  run(options, reader, over)
    .catch((error: unknown) => {
      if (!over.aborted) reportBug(error);
    })
    .finally(() => {
      reader.stream.end();
      onEnd();
    });
  return reader.stream.body;
}

async function run({ path, filter, limit }: LogStreamOptions, reader: PacedReader, over: AbortSignal) {
  const follower = new LogFollower(path);
  try {
    const position = await follower.skipToEnd();
    const last = position === null ? [] : await readLog(path, limit, filter, position);
    await reader.send(last.map(({ entry }) => toLine(entry)));
    let silentSince = performance.now();
    while (!over.aborted) {
      let lines: LogLine[] = [];
      for await (const text of follower.read()) {
        const entry = parseLogLine(text);
        if (matchesFilter(entry, filter)) lines.push(toLine(entry));
        if (lines.length < mostLinesAtOnce) continue;
        await reader.send(lines);
        lines = [];
        if (over.aborted) return;
      }
      if (lines.length > 0) await reader.send(lines);
      const isSilent = performance.now() - silentSince >= heartbeatMs;
      if (isSilent) reader.beat();
      if (isSilent || lines.length > 0) silentSince = performance.now();
      await sleep(lookEveryMs, over);
    }
  } finally {
    await follower.close();
  }
}

/** Writes, and waits while the client does not keep up. */
class PacedReader {
  readonly stream = new ClientStream();
  readonly #over: AbortSignal;
  #drained = Promise.withResolvers<void>();

  constructor(over: AbortSignal) {
    this.#over = over;
    this.stream.attach({
      pause: () => {
        this.#drained = Promise.withResolvers<void>();
      },
      resume: () => this.#drained.resolve(),
    });
    over.addEventListener("abort", () => this.#drained.resolve(), { once: true });
  }

  async send(lines: LogLine[]): Promise<void> {
    if (this.#over.aborted) return;
    this.stream.write(encoder.encode(`data: ${JSON.stringify({ lines } satisfies LogLines)}\n\n`));
    if (this.stream.full) await this.#drained.promise;
  }

  beat(): void {
    if (!this.stream.full) this.stream.write(encoder.encode(": alive\n\n"));
  }
}

export function toLine({ time, level, message, fields }: LogEntry): LogLine {
  return { time, level, message, fields: { ...fields } };
}
