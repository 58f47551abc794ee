// Ctrl+C, `q`, SIGTERM, a closed terminal: every way in which a person or the system ends the demo.
import type { TerminalOutput } from "./show-screen";

const ctrlC = "\u0003";
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The part of `process` that tells of signals. */
export interface SignalSource {
  on(signal: (typeof signals)[number], listener: () => void): unknown;
  off(signal: (typeof signals)[number], listener: () => void): unknown;
}

/** The part of `process.stdin` that the demo needs. */
export interface TerminalInput {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  on(event: "data", listener: (data: Buffer | string) => void): unknown;
  off(event: "data", listener: (data: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface Quit {
  /** The first wish to end. */
  readonly requested: Promise<void>;
  /** The second one: whoever still waits should stop waiting. */
  readonly forced: Promise<void>;
  /** Stops listening and gives the keyboard back. May be called twice. */
  dispose(): void;
}

/** Listens at once. With `input` the keyboard is read key by key, so that nothing typed disturbs the view. */
export function listenForQuit(
  source: SignalSource,
  output: TerminalOutput,
  input: TerminalInput | null,
): Quit {
  const requested = Promise.withResolvers<void>();
  const forced = Promise.withResolvers<void>();
  let asked = false;
  const quit = () => {
    if (asked) forced.resolve();
    asked = true;
    requested.resolve();
  };
  const keyPressed = (data: Buffer | string) => {
    const keys = data.toString();
    if (keys.includes(ctrlC) || keys.includes("q")) quit();
  };
  const keyboard = input?.isTTY === true && input.setRawMode !== undefined ? input : null;

  for (const signal of signals) source.on(signal, quit);
  // A reader that went away (`cf demo | head`) is a wish to end as well.
  output.on("error", quit);
  keyboard?.setRawMode?.(true);
  keyboard?.on("data", keyPressed);
  keyboard?.resume();
  let listening = true;
  return {
    requested: requested.promise,
    forced: forced.promise,
    dispose() {
      if (!listening) return;
      listening = false;
      for (const signal of signals) source.off(signal, quit);
      output.off("error", quit);
      keyboard?.off("data", keyPressed);
      keyboard?.setRawMode?.(false);
      keyboard?.pause();
    },
  };
}
