// Where the code of a worker lies, from source and in the binary.

/** `path`: from this folder. In the binary, whose chunks lie side by side, that is also the way from every chunk. */
export function workerUrl(path: string): string {
  return new URL(path, import.meta.url).href;
}
