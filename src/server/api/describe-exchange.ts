// A kept exchange as people may see it: readable, and without secrets.
import { promisify } from "node:util";
import { brotliDecompress, constants, gunzip, inflate, zstdDecompress } from "node:zlib";
import { redact } from "../../redact";
import type { HeaderPairs, CapturedExchange as KeptExchange } from "../../state/body-capture";
import type { CapturedExchange } from "../contract";

type Decompress = (bytes: Uint8Array) => Promise<Uint8Array>;

const secretHeaders = new Set([
  "authorization",
  "proxy-authorization",
  "x-api-key",
  "api-key",
  "cookie",
  "set-cookie",
]);
/** Bounds what a small compressed body can become. */
const maxOutputLength = 8 * 1024 * 1024;
/** What was cut off in the middle shows as far as it goes. */
const partial = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength };
const partialBrotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength };
/** Away from the thread that serves: megabytes take their time. */
const decompressors = new Map<string, Decompress>([
  ["gzip", (bytes) => promisify(gunzip)(bytes, partial)],
  ["deflate", (bytes) => promisify(inflate)(bytes, partial)],
  ["br", (bytes) => promisify(brotliDecompress)(bytes, partialBrotli)],
  ["zstd", (bytes) => promisify(zstdDecompress)(bytes, { maxOutputLength })],
]);

/** `secrets`: everything that must not show, whatever it looks like. */
export async function describeExchange(
  exchange: KeptExchange,
  secrets: Iterable<string>,
): Promise<CapturedExchange> {
  const known = [...secrets];
  const hide = (text: string) => redact(text, known);
  const { requestHead, requestTail, requestLeftOut, responseHeaders, responseLeftOut } = exchange;
  const head = decode(requestHead);
  const between = `\n… ${requestLeftOut} bytes are left out …\n`;
  return {
    id: exchange.id,
    requestHeaders: hideHeaders(exchange.requestHeaders, hide),
    requestBody: hide(requestLeftOut === 0 ? head : `${head}${between}${decode(requestTail)}`),
    responseStatus: exchange.status,
    responseHeaders: hideHeaders(responseHeaders, hide),
    responseBody: hide(decode(await unpack(exchange.responseBody, responseHeaders))),
    truncated: requestLeftOut > 0 || responseLeftOut > 0,
  };
}

function hideHeaders(headers: HeaderPairs, hide: (text: string) => string): HeaderPairs {
  return headers.map(([name, value]) => [
    name,
    secretHeaders.has(name.toLowerCase()) ? "[redacted]" : hide(value),
  ]);
}

async function unpack(bytes: Uint8Array, headers: HeaderPairs): Promise<Uint8Array> {
  const encoding = headers.find(([name]) => name.toLowerCase() === "content-encoding")?.[1];
  const decompress = decompressors.get(encoding?.trim().toLowerCase() ?? "");
  if (decompress === undefined || bytes.length === 0) return bytes;
  try {
    return await decompress(bytes);
  } catch {
    return Buffer.from(`(${bytes.length} bytes, compressed with ${encoding}, that cannot be read)`);
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
