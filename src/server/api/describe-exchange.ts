// A kept exchange as people may see it: readable, and without secrets.
import { brotliDecompressSync, constants, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { redact } from "../../redact";
import type { HeaderPairs, CapturedExchange as KeptExchange } from "../../state/body-capture";
import type { CapturedExchange } from "../contract";

type Decompress = (bytes: Uint8Array) => Uint8Array;

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
const decompressors = new Map<string, Decompress>([
  ["gzip", (bytes) => gunzipSync(bytes, partial)],
  ["deflate", (bytes) => inflateSync(bytes, partial)],
  [
    "br",
    (bytes) =>
      brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength }),
  ],
  ["zstd", (bytes) => zstdDecompressSync(bytes, { maxOutputLength })],
]);

/** `secrets`: everything that must not show, whatever it looks like. */
export function describeExchange(exchange: KeptExchange, secrets: Iterable<string>): CapturedExchange {
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
    responseBody: hide(decode(unpack(exchange.responseBody, responseHeaders))),
    truncated: requestLeftOut > 0 || responseLeftOut > 0,
  };
}

function hideHeaders(headers: HeaderPairs, hide: (text: string) => string): HeaderPairs {
  return headers.map(([name, value]) => [
    name,
    secretHeaders.has(name.toLowerCase()) ? "[redacted]" : hide(value),
  ]);
}

function unpack(bytes: Uint8Array, headers: HeaderPairs): Uint8Array {
  const encoding = headers.find(([name]) => name.toLowerCase() === "content-encoding")?.[1];
  const decompress = decompressors.get(encoding?.trim().toLowerCase() ?? "");
  if (decompress === undefined || bytes.length === 0) return bytes;
  try {
    return decompress(bytes);
  } catch {
    return Buffer.from(`(${bytes.length} bytes, compressed with ${encoding}, that cannot be read)`);
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
