// Ids of requests as they stand in the file: 16 bytes that begin with the time, so that their order is that of the requests.

const prefix = "req_cf_";
const wellFormed = /^req_cf_[0-9a-f]{32}$/;
const foreignMark = 0;

export function idToBlob(id: string): Uint8Array {
  if (wellFormed.test(id)) return Uint8Array.fromHex(id.slice(prefix.length));
  // Not of our making: it is kept, at the end.
  return Buffer.concat([Uint8Array.of(foreignMark), Buffer.from(id)]);
}

export function blobToId(blob: Uint8Array): string {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length);
  return bytes.length === 16 ? prefix + bytes.toString("hex") : bytes.toString("utf8", 1);
}

/** The lowest id of a request that began at `at` or later. Times before the epoch count as the epoch. */
export function firstBlobAt(at: number): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.min(Math.max(0, Math.floor(at)), 2 ** 48 - 1), 0, 6);
  return bytes;
}

/** The lowest and the highest id that begin with these characters, with or without `req_cf_`; null if none can. */
export function blobRange(start: string): { low: Uint8Array; high: Uint8Array } | null {
  const digits = (start.startsWith(prefix) ? start.slice(prefix.length) : start).toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(digits)) return null;
  return {
    low: Buffer.from(digits.padEnd(32, "0"), "hex"),
    high: Buffer.from(digits.padEnd(32, "f"), "hex"),
  };
}
