// A screen that is redrawn in place on a terminal, and gives the terminal back as it was on every way out.
import type { Channel } from "./output";

// Alternate screen, hidden cursor, no automatic line breaks; and the same undone.
const enter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
// Synchronized output: terminals that know it show the frame at once, others ignore it.
const frameStart = "\x1b[?2026h";
const frameEnd = "\x1b[?2026l";
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export class LiveScreen {
  /** Called when the terminal has another size. */
  onResize = () => {};
  readonly #out: Channel;
  readonly #left = Promise.withResolvers<void>();
  #shown: string[] = [];
  #isOpen = true;
  #hasLeft = false;
  readonly #leave = () => {
    this.#hasLeft = true;
    this.#left.resolve();
  };
  readonly #resized = () => {
    this.#shown = [];
    this.onResize();
  };
  readonly #keyPressed = (keys: Buffer) => {
    const typed = keys.toString();
    if (typed.includes("q") || typed.includes("\x03") || typed === "\x1b") this.#leave();
  };
  readonly #restore = () => this.close();

  /** Takes the terminal over; needs one on stdin and stdout. */
  constructor(out: Channel) {
    this.#out = out;
    const { stdin, stdout } = process;
    for (const signal of signals) process.on(signal, this.#leave);
    // Whatever ends the process, the terminal must not stay as it is now.
    process.on("exit", this.#restore);
    stdout.on("resize", this.#resized);
    stdin.setRawMode(true);
    stdin.on("data", this.#keyPressed);
    stdin.on("end", this.#leave);
    stdin.resume();
    out.write(enter);
  }

  /** Shows the lines that `render` gives for the width of the terminal; what does not fit is cut off at the bottom. */
  draw(render: (width: number) => readonly string[]): void {
    if (!this.#isOpen) return;
    const { columns = 80, rows = 24 } = process.stdout;
    const lines = fitRows(
      render(columns).flatMap((line) => line.split("\n")),
      rows,
    );
    const isFresh = this.#shown.length === 0;
    const changes = Array.from({ length: Math.max(lines.length, this.#shown.length) }, (_, row) => {
      const line = lines[row] ?? "";
      return !isFresh && this.#shown[row] === line ? "" : `\x1b[${row + 1};1H${line}\x1b[0m\x1b[K`;
    }).join("");
    this.#shown = lines;
    if (changes !== "") this.#out.write(`${frameStart}${isFresh ? "\x1b[2J" : ""}${changes}${frameEnd}`);
  }

  /** True as soon as the person leaves; false if that did not happen within `ms`. */
  async leftWithin(ms: number): Promise<boolean> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, ms);
    await Promise.race([over.promise, this.#left.promise]);
    clearTimeout(timer);
    return this.#hasLeft;
  }

  /** May be called twice. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { stdin, stdout } = process;
    for (const signal of signals) process.off(signal, this.#leave);
    process.off("exit", this.#restore);
    stdout.off("resize", this.#resized);
    stdin.off("data", this.#keyPressed);
    stdin.off("end", this.#leave);
    stdin.setRawMode(false);
    stdin.pause();
    this.#out.write(leave);
  }
}

function fitRows(lines: string[], rows: number): string[] {
  if (lines.length <= rows) return lines;
  const shown = lines.slice(0, Math.max(0, rows - 1));
  return [...shown, `… ${lines.length - shown.length} more lines: enlarge the terminal`];
}
