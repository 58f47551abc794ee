// Draws the view on a terminal: only the lines that changed, on the alternate screen, and always gives the screen back.

import type { Clock } from "./clock";
import type { DemoState } from "./demo-state";
import { renderView } from "./view";

/** The part of `process.stdout` that the demo needs. */
export interface TerminalOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: "resize" | "error", listener: () => void): unknown;
  off(event: "resize" | "error", listener: () => void): unknown;
}

/** Where the demo shows itself. `close` may be called twice. */
export interface DemoView {
  update(state: DemoState): void;
  close(): void;
}

// Alternate screen, hidden cursor, no automatic line breaks; and the same undone.
const enter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
// Synchronized output: terminals that know it show the frame at once, others ignore it.
const frameStart = "\x1b[?2026h";
const frameEnd = "\x1b[?2026l";

export function showScreen(output: TerminalOutput, color: boolean, clock: Clock): DemoView {
  let shown: string[] = [];
  let latest: DemoState | null = null;
  let open = true;

  const draw = (clear: boolean) => {
    if (!open || latest === null) return;
    const size = { width: output.columns ?? 80, height: output.rows ?? 24, now: clock.now(), color };
    const lines = renderView(latest, size);
    const changes = lines.flatMap((line, index) =>
      !clear && shown[index] === line ? [] : [`\x1b[${index + 1};1H${line}\x1b[K`],
    );
    shown = lines;
    if (changes.length === 0) return;
    output.write(`${frameStart}${clear ? "\x1b[2J" : ""}${changes.join("")}${frameEnd}`);
  };
  const resized = () => draw(true);

  output.on("resize", resized);
  output.write(enter);
  return {
    update(state) {
      latest = state;
      draw(false);
    },
    close() {
      if (!open) return;
      open = false;
      output.off("resize", resized);
      output.write(leave);
    },
  };
}
