// What the system says of a terminal. Not through node:tty and process.stdout: these load all of Node's streams, which
// takes longer than the whole rest of a command.

/** The part of Node's own binding that node:tty is made of. */
interface TtyBinding {
  isTTY(descriptor: number): boolean;
  /** Throws where there is no terminal. */
  TTY: new (
    descriptor: number,
    status: object,
  ) => {
    /** Fills in columns and rows; false: the terminal does not tell. */
    getWindowSize(size: [number, number]): boolean;
  };
}

export function isTerminal(descriptor: 1 | 2): boolean {
  return ttyBinding().isTTY(descriptor);
}

/** Columns as they are now; null: it is no terminal, or does not tell. */
export function terminalWidth(descriptor: 1 | 2): number | null {
  const { isTTY, TTY } = ttyBinding();
  const size: [number, number] = [0, 0];
  const isKnown = isTTY(descriptor) && new TTY(descriptor, {}).getWindowSize(size);
  return isKnown && size[0] > 0 ? size[0] : null;
}

function ttyBinding(): TtyBinding {
  return (process as unknown as { binding(name: "tty_wrap"): TtyBinding }).binding("tty_wrap");
}
