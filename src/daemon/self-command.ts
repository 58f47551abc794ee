// How this very program is started again.

/** The binary alone; when run from source, Bun and the entry file. */
export function selfCommand(): string[] {
  // Bun.main of a compiled binary lies in its embedded file system.
  const isCompiled = /^\/\$bunfs\/|^[A-Z]:[\\/]~BUN[\\/]/i.test(Bun.main);
  return isCompiled ? [process.execPath] : [process.execPath, Bun.main];
}
