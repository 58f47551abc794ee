// Ends a child process for certain.

const politeMs = 3000;

/** Asks it to end, and after a while no longer asks. Resolves when it is gone. */
export async function endChild(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), politeMs);
  await child.exited;
  clearTimeout(timer);
}
