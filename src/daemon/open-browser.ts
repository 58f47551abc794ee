// Opens a page in the user's browser, where there is one.

/** Resolves with false if no browser could be asked; never throws. */
export async function openBrowser(url: string): Promise<boolean> {
  try {
    const child = Bun.spawn(openerOf(url), {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      detached: true,
    });
    child.unref();
    // xdg-open and the like pass the address on and end; one that keeps running has opened something.
    const late = Bun.sleep(openerMs).then(() => 0);
    return (await Promise.race([child.exited, late])) === 0;
  } catch {
    // There is no such program: a server without a desktop.
    return false;
  }
}

const openerMs = 2000;

function openerOf(url: string): string[] {
  if (process.platform === "darwin") return ["open", url];
  // The empty title: `start` would take a quoted address for it.
  if (process.platform === "win32") return ["cmd", "/c", "start", "", url];
  return ["xdg-open", url];
}
