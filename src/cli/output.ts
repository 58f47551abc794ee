// The two streams of a command: data to stdout, messages to stderr, each with its own idea of colour and width.
import { choosePaint, type Paint } from "./print/paint";
import { isTerminal, terminalWidth } from "./terminal";

export interface Channel {
  readonly paint: Paint;
  /** Columns of the terminal; null when it is not one. */
  readonly width: number | null;
  /** False once its reader is gone, or it cannot be written: nothing more will be seen. */
  readonly isOpen: boolean;
  /** Writes one line or several; without text an empty one. */
  line(text?: string): void;
  /** Writes as it is, without a line end. */
  write(text: string): void;
}

export interface Output {
  readonly out: Channel;
  readonly err: Channel;
  /**
   * Resolves when everything written has left the process, or its reader is gone (`cf status | head -1`), which is never
   * an error. False: data for stdout was lost for another reason, a full disk for instance.
   */
  settle(): Promise<boolean>;
}

/** The output of this process. */
export function openOutput(env: Readonly<Record<string, string | undefined>>): Output {
  const out = new FileChannel(1, env);
  const err = new FileChannel(2, env);
  return {
    out,
    err,
    settle: async () => {
      const [isWritten] = await Promise.all([out.settle(), err.settle()]);
      return isWritten;
    },
  };
}

/** Writes without `process.stdout`, whose streams take longer to load than all the rest of `cf --version`. */
class FileChannel implements Channel {
  readonly #descriptor: 1 | 2;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #sink: Bun.FileSink;
  #isOpen = true;
  #isLost = false;
  #pending: Promise<void> = Promise.resolve();
  #paint: Paint | undefined;

  constructor(descriptor: 1 | 2, env: Readonly<Record<string, string | undefined>>) {
    this.#descriptor = descriptor;
    this.#env = env;
    this.#sink = (descriptor === 1 ? Bun.stdout : Bun.stderr).writer();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get paint(): Paint {
    this.#paint ??= choosePaint(isTerminal(this.#descriptor), this.#env);
    return this.#paint;
  }

  get width(): number | null {
    return terminalWidth(this.#descriptor);
  }

  line(text = ""): void {
    this.write(`${text}\n`);
  }

  write(text: string): void {
    if (!this.#isOpen) return;
    try {
      this.#sink.write(text);
      const flushed = Promise.resolve(this.#sink.flush()).then(
        () => undefined,
        (error: unknown) => this.#close(error),
      );
      this.#pending = Promise.all([this.#pending, flushed]).then(() => undefined);
    } catch (error) {
      this.#close(error);
    }
  }

  async settle(): Promise<boolean> {
    await this.#pending;
    return !this.#isLost;
  }

  #close(error: unknown): void {
    this.#isOpen = false;
    this.#isLost = !(error instanceof Error && "code" in error && error.code === "EPIPE");
  }
}
