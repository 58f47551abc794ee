// Lets a person stop a long run at any time, without anything left behind.

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs `work` to its end, or until a signal asks it to stop: `signal` then aborts, and `work` is expected to settle soon.
 * Only after that is disposed of what it started, so that nothing can be started behind our back. A second signal kills.
 */
export async function runInterruptibly(
  work: (resources: AsyncDisposableStack, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const resources = new AsyncDisposableStack();
  const controller = new AbortController();
  let code = 0;
  for (const [name, codeOfShells] of Object.entries(signals)) {
    process.once(name, () => {
      code = codeOfShells;
      controller.abort();
    });
  }
  try {
    await work(resources, controller.signal);
  } catch (error) {
    // What fails after that fails because of it.
    if (!controller.signal.aborted) throw error;
  } finally {
    await resources.disposeAsync();
  }
  if (controller.signal.aborted) process.exit(code);
}
