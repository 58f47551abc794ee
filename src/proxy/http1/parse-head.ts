// Reads the head of an HTTP/1.1 response and decides how its body is framed (RFC 9112, sections 4 to 6).

/** Where a response body ends. */
export type Framing =
  | { kind: "none" }
  | { kind: "length"; length: number }
  | { kind: "chunked" }
  | { kind: "close" };

export interface ResponseHead {
  status: number;
  /** In wire order, names in lower case, duplicates kept. */
  headers: [name: string, value: string][];
  framing: Framing;
  /** The connection may carry another request afterwards. */
  keepAlive: boolean;
}

/** The upstream broke the protocol; the connection cannot be used further. */
export class ProtocolError extends Error {}

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const digits = /^\d{1,15}$/;
/** RFC 9110, 5.5: never passed on. `Headers` throws on them. */
const forbiddenInValue = /[\0\r\n]/g;
/** Line ends apart, a head without these needs no care value by value. */
const suspicious = /\0|\r(?!\n)|[^\r]\n/;

/** Parses the text between the start of a response and its blank line. Throws ProtocolError. */
export function parseHead(text: string, method: string): ResponseHead {
  const firstLine = endOfLine(text, 0);
  const start = statusLine.exec(text.slice(0, firstLine));
  if (start === null) throw new ProtocolError("the upstream's answer is not HTTP/1.1");
  const status = Number(start[2]);
  const headers: [string, string][] = [];
  const clean = !suspicious.test(text);
  let keepAlive = start[1] === "1";
  let length: number | null = null;
  let transferEncoding: string | null = null;
  for (let at = firstLine + 2; at < text.length; ) {
    const end = endOfLine(text, at);
    const colon = text.indexOf(":", at);
    if (colon <= at || colon >= end) throw new ProtocolError("the upstream sent a malformed header");
    const name = readName(text.slice(at, colon));
    const written = clean
      ? text.slice(colon + 1, end)
      : text.slice(colon + 1, end).replace(forbiddenInValue, " ");
    const value = trimBlanks(written);
    at = end + 2;
    headers.push([name, value]);
    if (name === "content-length") length = readLength(value, length);
    else if (name === "transfer-encoding") transferEncoding = value.toLowerCase();
    else if (name === "connection") keepAlive = readConnection(value.toLowerCase(), keepAlive);
  }
  const framing = frame(status, method, length, transferEncoding);
  return { status, headers, framing, keepAlive: keepAlive && framing.kind !== "close" };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\r\n", from);
  return end < 0 ? text.length : end;
}

function readName(name: string): string {
  if (!headerName.test(name)) throw new ProtocolError("the upstream sent a malformed header");
  return name.toLowerCase();
}

/** Not `trim()`: that takes 0xa0 too, the end of some letters in UTF-8. Not a pattern: those go back and forth. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function frame(status: number, method: string, length: number | null, encoding: string | null): Framing {
  if (method === "HEAD" || status === 204 || status === 304) return { kind: "none" };
  if (encoding !== null) {
    if (encoding !== "chunked") throw new ProtocolError(`the upstream uses transfer-encoding ${encoding}`);
    return { kind: "chunked" };
  }
  if (length === null) return { kind: "close" };
  return length === 0 ? { kind: "none" } : { kind: "length", length };
}

function readLength(value: string, before: number | null): number {
  const length = digits.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(length) || (before !== null && before !== length)) {
    throw new ProtocolError("the upstream sent an invalid content-length");
  }
  return length;
}

function readConnection(value: string, before: boolean): boolean {
  const options = value.split(",").map((option) => option.trim());
  if (options.includes("close")) return false;
  return options.includes("keep-alive") ? true : before;
}
