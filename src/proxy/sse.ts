// The server-sent events that this proxy writes itself.

const encoder = new TextEncoder();

/** Anthropic's ping event; clients pass over it. */
export const pingEvent = encoder.encode('event: ping\ndata: {"type":"ping"}\n\n');

/** Anthropic's terminal error event around `data`, the JSON of an error body (on one line). */
export function errorEvent(data: string): Uint8Array {
  return encoder.encode(`event: error\ndata: ${data}\n\n`);
}
