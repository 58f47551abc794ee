// Waits until something accepts connections on a port.

const patienceMs = 10_000;

/** Rejects when the child ends first, or after ten seconds. */
export async function waitForPort(port: number, child: Bun.Subprocess): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`It ended before it listened (${child.signalCode ?? `exit code ${child.exitCode}`})`);
    }
    if (performance.now() > deadline)
      throw new Error(`Nothing listens on port ${port} after ${patienceMs} ms`);
    await Bun.sleep(1);
  }
}

async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => {} } });
    socket.terminate();
    return true;
  } catch {
    // Refused: not yet.
    return false;
  }
}
