// The kinds of reply that a scripted upstream can give, good and bad.
import { gzipSync } from "node:zlib";
import type { Exchange, Reply } from "./scripted-upstream";

/** A piece of a body: bytes to write, a promise to wait for, or something to do with the exchange. */
export type Part =
  | string
  | Uint8Array
  | Promise<unknown>
  | ((exchange: Exchange) => Promise<unknown> | undefined);

/** clean: as the framing says. cut: FIN before that. reset: RST. stall: nothing more until the peer leaves. */
export type Ending = "clean" | "cut" | "reset" | "stall";

export interface Response {
  status?: number;
  /** Pairs, so that a header may be repeated. */
  headers?: Record<string, string> | [string, string][];
  /** One of: the body by parts, as an SSE stream, as JSON, as text. */
  parts?: Part[];
  sse?: Part[];
  json?: unknown;
  text?: string;
  /** Default: content-length for json and text, chunked for parts and sse. `close`: neither, the end of the connection. */
  framing?: "length" | "chunked" | "close";
  /** The content-length to state, when it is not the true one. */
  length?: number;
  ending?: Ending;
  /** Write the body in pieces of this many bytes, each in a packet of its own. */
  splitEvery?: number;
  /** Compress the body if the request accepts gzip. */
  gzip?: boolean;
}

/** Answers with the response described. */
export function respond(response: Response): Reply {
  return async (exchange) => {
    const parts = bodyParts(response);
    const counted = response.json !== undefined || response.text !== undefined;
    const framing = response.framing ?? (counted ? "length" : "chunked");
    const gzip = response.gzip === true && /gzip/.test(exchange.request.header("accept-encoding") ?? "");
    const body = gzip ? [gzipSync(Buffer.concat(parts.map(requireBytes)))] : parts;
    const headers = headLines(response, framing, body, gzip);
    await exchange.write(
      `HTTP/1.1 ${response.status ?? 200} ${reason(response.status ?? 200)}\r\n${headers}\r\n`,
    );
    if (exchange.request.method === "HEAD") return;
    for (const part of body) await writePart(exchange, part, framing, response.splitEvery);
    await finish(exchange, framing, response.ending ?? "clean");
  };
}

/** A JSON answer with content-length. */
export function json(
  status: number,
  body: unknown,
  headers: Record<string, string> | [string, string][] = {},
): Reply {
  return respond({ status, json: body, headers });
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return respond({ status, text: body, headers });
}

/** An SSE answer; each string part is written on its own. */
export function sse(parts: Part[], options: Omit<Response, "sse"> = {}): Reply {
  return respond({ ...options, sse: parts });
}

/** A CDN's error page. */
export function htmlError(status: number, title = `${status} error`): Reply {
  return text(
    status,
    `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
    { "content-type": "text/html; charset=UTF-8", server: "cloudflare" },
  );
}

/** A 200 (or other) without a single body byte. */
export function empty(
  status = 200,
  headers: Record<string, string> = { "content-type": "text/event-stream" },
): Reply {
  return respond({ status, headers, text: "" });
}

/** Closes without a byte. */
export const closeAtOnce: Reply = (exchange) => exchange.close();

/** Resets the connection without a byte. */
export const resetAtOnce: Reply = (exchange) => exchange.reset();

/** Sends part of a head, then resets. */
export const resetInHead: Reply = async (exchange) => {
  await exchange.write("HTTP/1.1 200 OK\r\ncontent-type: appl");
  exchange.reset();
};

/** Something that is not HTTP. */
export const garbage: Reply = async (exchange) => {
  await exchange.write("SSH-2.0-OpenSSH_9.9\r\n\r\n");
  exchange.close();
};

/** Says nothing until the peer leaves. */
export const stall: Reply = (exchange) => exchange.closed;

/** Waits for `gate`, then gives `reply`. */
export function after(gate: Promise<unknown>, reply: Reply): Reply {
  return async (exchange) => {
    await Promise.race([gate, exchange.closed]);
    await reply(exchange);
  };
}

/** An informational answer before the real one. */
export function informational(status: number, reply: Reply): Reply {
  return async (exchange) => {
    await exchange.write(`HTTP/1.1 ${status} ${reason(status)}\r\nlink: </style.css>; rel=preload\r\n\r\n`);
    await reply(exchange);
  };
}

/** Writes exactly these bytes and leaves the connection open. */
export function raw(bytes: string | Uint8Array): Reply {
  return (exchange) => exchange.write(bytes);
}

function bodyParts(response: Response): Part[] {
  if (response.json !== undefined) return [JSON.stringify(response.json)];
  if (response.text !== undefined) return [response.text];
  return response.sse ?? response.parts ?? [];
}

function headLines(response: Response, framing: string, body: Part[], gzip: boolean): string {
  const given = Array.isArray(response.headers) ? response.headers : Object.entries(response.headers ?? {});
  const lines: [string, string][] = [...given];
  if (!given.some(([name]) => name.toLowerCase() === "content-type") && defaultType(response) !== null) {
    lines.push(["content-type", defaultType(response) ?? ""]);
  }
  if (gzip) lines.push(["content-encoding", "gzip"]);
  if (framing === "chunked") lines.push(["transfer-encoding", "chunked"]);
  if (framing === "close") lines.push(["connection", "close"]);
  if (framing === "length") {
    const length = response.length ?? body.reduce((sum, part) => sum + requireBytes(part).length, 0);
    lines.push(["content-length", String(length)]);
  }
  return lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
}

function defaultType(response: Response): string | null {
  if (response.json !== undefined) return "application/json";
  if (response.sse !== undefined) return "text/event-stream; charset=utf-8";
  return null;
}

async function writePart(
  exchange: Exchange,
  part: Part,
  framing: string,
  splitEvery: number | undefined,
): Promise<void> {
  if (typeof part === "function") {
    await part(exchange);
    return;
  }
  if (part instanceof Promise) {
    await Promise.race([part, exchange.closed]);
    return;
  }
  const bytes = requireBytes(part);
  const size = splitEvery ?? Math.max(bytes.length, 1);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    if (framing !== "chunked") await exchange.write(piece);
    else {
      await exchange.write(
        Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]),
      );
    }
    // Lets the peer read this piece before the next one is there.
    if (splitEvery !== undefined) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function finish(exchange: Exchange, framing: string, ending: Ending): Promise<void> {
  if (ending === "stall") return exchange.closed;
  if (ending === "reset") return exchange.reset();
  if (ending === "cut") return exchange.close();
  if (framing === "chunked") return exchange.write("0\r\n\r\n");
  if (framing === "close") exchange.close();
}

function requireBytes(part: Part): Buffer {
  if (typeof part === "string") return Buffer.from(part);
  if (part instanceof Uint8Array) return Buffer.from(part);
  throw new Error("A body with content-length or gzip must consist of bytes only");
}

const reasons: Record<number, string> = {
  100: "Continue",
  103: "Early Hints",
  200: "OK",
  307: "Temporary Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
};

function reason(status: number): string {
  return reasons[status] ?? "Status";
}
