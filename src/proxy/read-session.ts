// Tells which conversation a request belongs to, so that it can stay on the key whose prompt cache is warm.
import type { HeaderReader } from "../engine/types";
import type { RequestScan } from "./scan-json";
import { JsonReader, type Span } from "./scan-values";

const NO_SEED = 0n;
const reminder = Buffer.from("<system-reminder>");
const billingHeader = Buffer.from("x-anthropic-billing-header");

/** White space at the end of a string, as it stands in JSON: spaces and the escapes `\n`, `\r`, `\t`. */
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const SPACE_ESCAPES = new Set(Buffer.from("nrt"));

/**
 * The same short id in every turn of a conversation and after a restart; null if the request says nothing to tell it by.
 * With a session id it begins with the first eight characters of it.
 *
 * What is hashed is the first text of the first user message: cache markers wander from turn to turn, content may be a
 * string in one turn and blocks in the next, Claude Code renews the reminders before the prompt, and puts a line feed and
 * further blocks behind it when it merges two user turns.
 */
export function readConversation(headers: HeaderReader, body: Uint8Array, scan: RequestScan): string | null {
  const reader = new JsonReader(body);
  const session = headers.get("x-claude-code-session-id") || readUserIdSession(scan.userId);
  if (session !== null) {
    const hash = hashPrompt(reader, scan.firstUserMessage, Bun.hash.wyhash(session));
    return `${session.replace(/[^\w-]/g, "").slice(0, 8)}-${formatHash(hash)}`;
  }
  if (scan.firstUserMessage === null && scan.system === null) return null;
  return formatHash(hashPrompt(reader, scan.firstUserMessage, hashSystem(reader, scan.system)));
}

/** JSON with `session_id`, or the older `user_..._account_..._session_<uuid>`. */
function readUserIdSession(userId: string | null): string | null {
  if (userId === null) return null;
  const suffix = /_session_([\w-]+)$/.exec(userId)?.[1];
  if (suffix !== undefined) return suffix;
  const text = new TextEncoder().encode(userId);
  return new JsonReader(text).stringMemberAt(0, "session_id") || null;
}

function hashPrompt(reader: JsonReader, message: Span | null, seed: bigint): bigint {
  const content = message === null ? null : reader.memberAt(message.start, "content");
  if (content === null) return seed;
  const prompt = findText(reader, content, (text) => !startsWith(reader.bytes, text, reminder));
  const text = prompt ?? findText(reader, content, () => true);
  return text === null ? hashFirstBlock(reader, content, seed) : hashText(reader.bytes, text, seed);
}

/** For a first message without any text, an image for instance. */
function hashFirstBlock(reader: JsonReader, content: Span, seed: bigint): bigint {
  const block = reader.elements(content.start).next().value;
  if (block === undefined) return seed;
  let hash = seed;
  for (const { key, start, end } of reader.members(block.start)) {
    if (key === "cache_control") continue;
    hash = Bun.hash.wyhash(reader.bytes.subarray(start, end), Bun.hash.wyhash(key, hash));
  }
  return hash;
}

/** Claude Code's first system block holds a fingerprint for billing; the instructions follow it. */
function hashSystem(reader: JsonReader, system: Span | null): bigint {
  let hash = NO_SEED;
  if (system === null) return hash;
  findText(reader, system, (text) => {
    if (!startsWith(reader.bytes, text, billingHeader)) hash = hashText(reader.bytes, text, hash);
    return false;
  });
  return hash;
}

/**
 * The first accepted text: the string itself, or the `text` of a block in an array. The span is what stands between
 * the quotes.
 */
function findText(reader: JsonReader, content: Span, accepts: (text: Span) => boolean): Span | null {
  const whole = reader.textAt(content.start);
  if (whole !== null) return accepts(whole) ? whole : null;
  let found: Span | null = null;
  reader.findElement(content.start, (block) => {
    if (reader.stringMemberAt(block.start, "type") !== "text") return false;
    const member = reader.memberAt(block.start, "text");
    const text = member === null ? null : reader.textAt(member.start);
    if (text === null || !accepts(text)) return false;
    found = text;
    return true;
  });
  return found;
}

function hashText(bytes: Uint8Array, text: Span, seed: bigint): bigint {
  return Bun.hash.wyhash(bytes.subarray(text.start, behindText(bytes, text)), seed);
}

function behindText(bytes: Uint8Array, text: Span): number {
  let end = text.end;
  while (end > text.start) {
    if (bytes[end - 1] === SPACE) end--;
    else if (endsWithSpaceEscape(bytes, text.start, end)) end -= 2;
    else break;
  }
  return end;
}

/** True for `\n`, false for `\\n`, which is a backslash and a letter. */
function endsWithSpaceEscape(bytes: Uint8Array, start: number, end: number): boolean {
  if (!SPACE_ESCAPES.has(bytes[end - 1] ?? 0)) return false;
  let backslashes = 0;
  while (end - 2 - backslashes >= start && bytes[end - 2 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function startsWith(bytes: Uint8Array, text: Span, prefix: Uint8Array): boolean {
  if (text.end - text.start < prefix.length) return false;
  for (let index = 0; index < prefix.length; index++) {
    if (bytes[text.start + index] !== prefix[index]) return false;
  }
  return true;
}

function formatHash(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}
