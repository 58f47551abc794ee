// Gives the memory of what was sent back at once.

/** Detaching an array costs a microsecond. */
const smallest = 16_384;

/**
 * Leaves a large array empty. A collection of garbage would free it as well, dozens of requests later: by then the memory is out of
 * the processor's caches, or back with the system. Arrays that share their memory stay as they are.
 */
export function freeBytes({ buffer, length }: Uint8Array): void {
  if (length >= smallest && length === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
