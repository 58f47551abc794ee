// Turns an error that nobody caught into the demo's own failure, so that the screen and the disk are left clean.

const crashes = ["uncaughtException", "unhandledRejection"] as const;

/** The part of `process` that tells of uncaught errors. */
export interface CrashSource {
  on(event: (typeof crashes)[number], listener: (error: unknown) => void): unknown;
  off(event: (typeof crashes)[number], listener: (error: unknown) => void): unknown;
}

export interface Crash {
  /** Rejects with the first uncaught error; never resolves. */
  readonly happened: Promise<never>;
  dispose(): void;
}

/** Without it Bun prints over the view and, while the entry module still waits, goes on. */
export function listenForCrash(source: CrashSource): Crash {
  const happened = Promise.withResolvers<never>();
  const listener = (error: unknown) => happened.reject(error);
  for (const event of crashes) source.on(event, listener);
  return {
    happened: happened.promise,
    dispose() {
      for (const event of crashes) source.off(event, listener);
    },
  };
}
