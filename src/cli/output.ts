// The two streams of a command: data to stdout, messages to stderr, each with its own idea of colour and width.
import { choosePaint, type Paint } from "./print/paint";

export interface Channel {
  readonly paint: Paint;
  /** Columns of the terminal; null when it is not one. */
  readonly width: number | null;
  /** Writes one line or several; without text an empty one. */
  line(text?: string): void;
  /** Writes as it is, without a line end. */
  write(text: string): void;
}

export interface Output {
  readonly out: Channel;
  readonly err: Channel;
  /** Resolves when everything written has left the process, or its reader is gone. */
  settle(): Promise<void>;
}

/** The output of this process. A reader that goes away (`cf status | head -1`) is never an error. */
export function openOutput(env: Readonly<Record<string, string | undefined>>): Output {
  const out = new StreamChannel(process.stdout, env);
  const err = new StreamChannel(process.stderr, env);
  return {
    out,
    err,
    settle: async () => {
      await Promise.all([out.settle(), err.settle()]);
    },
  };
}

class StreamChannel implements Channel {
  readonly paint: Paint;
  readonly #stream: NodeJS.WriteStream;
  #open = true;
  #pending: Promise<void> = Promise.resolve();

  constructor(stream: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>) {
    this.#stream = stream;
    this.paint = choosePaint(stream.isTTY === true, env);
    // Whatever breaks the stream (EPIPE, a full disk, a closed terminal), there is nowhere left to say it.
    stream.on("error", () => {
      this.#open = false;
    });
  }

  get width(): number | null {
    return this.#stream.isTTY === true && this.#stream.columns > 0 ? this.#stream.columns : null;
  }

  line(text = ""): void {
    this.write(`${text}\n`);
  }

  write(text: string): void {
    if (!this.#open) return;
    const written = new Promise<void>((resolve) => {
      this.#stream.write(text, () => resolve());
    });
    this.#pending = Promise.all([this.#pending, written]).then(() => undefined);
  }

  settle(): Promise<void> {
    return this.#pending;
  }
}
