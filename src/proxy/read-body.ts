// Reads a request's body once, within the size limit, and takes a compression off that we could not look through.
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
import type { OwnError } from "./own-answer";

type Inflate = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const decompressors: ReadonlyMap<string, Inflate> = new Map<string, Inflate>([
  ["gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
  ["zstd", promisify(zstdDecompress)],
]);

/** The bytes of the body, or why it is refused. Rejects only when the client goes away. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | OwnError> {
  const stated = request.headers.get("content-length");
  if (stated !== null && Number(stated) > maxBytes) return tooLarge(maxBytes);
  // Without a stated length the sum has to be watched while it grows.
  return stated === null ? readUnknownLength(request, maxBytes) : request.bytes();
}

/** The body without its `content-encoding`, or why it is refused. */
export async function decodeBody(
  body: Uint8Array,
  encoding: string,
  maxBytes: number,
): Promise<Uint8Array | OwnError> {
  const decompress = decompressors.get(encoding.trim().toLowerCase());
  if (decompress === undefined) {
    return {
      status: 415,
      type: "invalid_request_error",
      message: `The content-encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported: use gzip, deflate, br, zstd or none.`,
    };
  }
  try {
    return await decompress(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) return tooLarge(maxBytes);
    return {
      status: 400,
      type: "invalid_request_error",
      message: `The request body is not valid ${encoding}.`,
    };
  }
}

async function readUnknownLength(request: Request, maxBytes: number): Promise<Uint8Array | OwnError> {
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > maxBytes) return tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): OwnError {
  return {
    status: 413,
    type: "request_too_large",
    message: `The request body is larger than ${maxBytes} bytes (maxBodyBytes in the config).`,
  };
}
