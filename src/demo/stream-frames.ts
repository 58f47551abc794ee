// Sends a simulated answer piece by piece, at the pace of a person's reading.
import type { Clock } from "./clock";

export interface Pace {
  /** Milliseconds until the first event. */
  firstByteMs: number;
  /** Milliseconds before each piece of text. */
  deltaMs: number;
}

/** No waiting at all: for tests and measurements. */
export const noDelay: Pace = { firstByteMs: 0, deltaMs: 0 };

/** What is written at once. */
export interface Frame {
  text: string;
  /** It carries a piece of the answer, and so takes its time. */
  paced: boolean;
}

/** Ends early, without the last frames, when `signal` aborts. */
export function streamFrames(
  frames: Iterator<Frame, unknown>,
  pace: Pace,
  clock: Clock,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const next = frames.next();
      if (next.done || signal.aborted) return controller.close();
      if (next.value.paced) await clock.sleep(pace.deltaMs, signal);
      controller.enqueue(encoder.encode(next.value.text));
    },
  });
}
