// Puts another model into a request body without touching any other byte.
import type { Span } from "./scan-values";

const encoder = new TextEncoder();

/** `span`: the bytes of the present model value with its quotes (`RequestScan.modelSpan`). Returns a new array. */
export function replaceModel(body: Uint8Array, span: Span, model: string): Uint8Array {
  const value = encoder.encode(JSON.stringify(model));
  const replaced = new Uint8Array(span.start + value.length + body.length - span.end);
  replaced.set(body.subarray(0, span.start), 0);
  replaced.set(value, span.start);
  replaced.set(body.subarray(span.end), span.start + value.length);
  return replaced;
}
