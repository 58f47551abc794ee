// `cf status --watch`: the screen of `cf status`, kept up to date on a terminal.
import type { Paths } from "../config/paths";
import { type ExitCode, exitCode } from "../errors";
import { LiveScreen } from "./live-screen";
import type { Output } from "./output";
import { readStatus } from "./read-status";
import { renderStatus } from "./render-status";
import { usageError } from "./usage-error";

const refreshMs = 1000;

/** Resolves when the person leaves. */
export async function watchStatus(paths: Paths, { out }: Output): Promise<ExitCode> {
  if (out.width === null || !process.stdin.isTTY) {
    throw usageError("--watch needs a terminal.", "Without it, cf status prints the state once.");
  }
  const screen = new LiveScreen(out);
  try {
    let view = await readStatus(paths);
    const draw = () => screen.draw((width) => renderStatus({ ...view, now: Date.now() }, out.paint, width));
    screen.onResize = draw;
    for (;;) {
      draw();
      if (await screen.leftWithin(refreshMs)) return exitCode.ok;
      view = await readStatus(paths);
    }
  } finally {
    screen.close();
  }
}
