// Colour as an accent: eight styles, or none.

type Style = (text: string) => string;

export interface Paint {
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly yellow: Style;
  readonly green: Style;
  readonly cyan: Style;
}

const plain: Style = (text) => text;

export const noPaint: Paint = {
  bold: plain,
  dim: plain,
  red: plain,
  yellow: plain,
  green: plain,
  cyan: plain,
};

/** Only the 16 basic colours: terminals map them to the user's own theme. */
export const ansiPaint: Paint = {
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  red: wrap(31, 39),
  yellow: wrap(33, 39),
  green: wrap(32, 39),
  cyan: wrap(36, 39),
};

/** Colour goes to a terminal that can show it, unless NO_COLOR (https://no-color.org) has any value. */
export function choosePaint(isTerminal: boolean, env: Record<string, string | undefined>): Paint {
  const wanted = isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
  return wanted ? ansiPaint : noPaint;
}

function wrap(start: number, end: number): Style {
  return (text) => (text === "" ? "" : `\x1b[${start}m${text}\x1b[${end}m`);
}
