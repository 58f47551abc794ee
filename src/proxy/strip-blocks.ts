// Takes blocks that Anthropic would refuse out of the history by cutting their bytes; every other byte stays as it was.
import { findRoot, skipSpace } from "./scan-tokens";
import { JsonReader, type Span } from "./scan-values";

/** Begins each signature that this proxy puts on a thinking block it made itself. */
const OWN_SIGNATURE_PREFIX = "cf1.";

const signatureKey = Buffer.from('"signature"');
const contentKey = Buffer.from('"encrypted_content"');
const emptyString = Buffer.from('""');
const ownSignature = Buffer.from(`"${OWN_SIGNATURE_PREFIX}`);

type Doomed = "foreign" | "thinking";

/**
 * `foreign`: what this proxy made of another provider's answer and Anthropic refuses, thinking that it never signed (empty or
 * own signature) and web searches that it never made (empty encrypted content). `thinking`: every `thinking` and
 * `redacted_thinking` block, for the one retry after an invalid signature.
 *
 * An assistant message of which nothing is left is cut as a whole: Anthropic refuses empty content and merges the user
 * turns that then meet; it holds no tool call, so no tool result loses its partner. `body` must be valid JSON. The same bytes
 * always give the same result. Returns `body` itself if there is nothing to take out.
 */
export function stripBlocks(body: Uint8Array, which: Doomed): Uint8Array {
  if (which === "foreign" && !mayHoldForeign(body)) return body;
  const reader = new JsonReader(body);
  const messages = reader.memberAt(findRoot(body), "messages");
  if (messages === null) return body;
  const elements = [...reader.elements(messages.start)];
  const emptied = new Set<Span>();
  const cuts: Span[] = [];
  for (const message of elements) {
    const content = readAssistantContent(reader, message);
    const doomed = findDoomed(reader, content, which);
    if (doomed.size === 0) continue;
    if (doomed.size === content.length) emptied.add(message);
    else cuts.push(...cutElements(content, doomed));
  }
  if (emptied.size === 0 && cuts.length === 0) return body;
  return without(body, [...cuts, ...cutElements(elements, emptied)]);
}

/**
 * Long histories are full of thinking that Anthropic signed: only a signature that looks foreign is worth a walk. JSON
 * writers put no escapes into a plain ASCII key, and inside a string the quotes would be escaped.
 */
function mayHoldForeign(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  return (
    holdsMember(bytes, signatureKey, [emptyString, ownSignature]) ||
    holdsMember(bytes, contentKey, [emptyString])
  );
}

function holdsMember(bytes: Buffer, key: Buffer, beginnings: readonly Buffer[]): boolean {
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
    const colon = skipSpace(bytes, at + key.length);
    const value = skipSpace(bytes, colon + 1);
    if (beginnings.some((beginning) => startsWith(bytes, value, beginning))) return true;
  }
  return false;
}

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[at + index] === byte);
}

function readAssistantContent(reader: JsonReader, message: Span): Span[] {
  if (reader.stringMemberAt(message.start, "role") !== "assistant") return [];
  const content = reader.memberAt(message.start, "content");
  return content === null ? [] : [...reader.elements(content.start)];
}

function findDoomed(reader: JsonReader, blocks: Span[], which: Doomed): Set<Span> {
  const typeOf = (block: Span) => reader.stringMemberAt(block.start, "type");
  if (which === "thinking") {
    const types = ["thinking", "redacted_thinking"];
    return new Set(blocks.filter((block) => types.includes(typeOf(block) ?? "")));
  }
  const results = blocks.filter((block) => {
    return typeOf(block) === "web_search_tool_result" && isOwnSearch(reader, block);
  });
  const searches = new Set(results.map((result) => reader.stringMemberAt(result.start, "tool_use_id")));
  const isOwn = (block: Span) => {
    if (typeOf(block) === "thinking") return isUnsigned(reader, block);
    return typeOf(block) === "server_tool_use" && searches.has(reader.stringMemberAt(block.start, "id"));
  };
  return new Set([...results, ...blocks.filter(isOwn)]);
}

function isUnsigned(reader: JsonReader, block: Span): boolean {
  const signature = reader.stringMemberAt(block.start, "signature");
  return signature !== null && (signature === "" || signature.startsWith(OWN_SIGNATURE_PREFIX));
}

/** Anthropic encrypts each page that it found, and wants it back like that. */
function isOwnSearch(reader: JsonReader, result: Span): boolean {
  const pages = reader.memberAt(result.start, "content");
  const foreign = (page: Span) => reader.stringMemberAt(page.start, "encrypted_content") === "";
  return pages !== null && reader.findElement(pages.start, foreign) !== null;
}

/**
 * The bytes to cut so that `doomed` and the right commas disappear from an array: an element goes with the comma before
 * it; one that has no survivor before it goes with the comma behind it.
 */
function cutElements(elements: Span[], doomed: Set<Span>): Span[] {
  const cuts: Span[] = [];
  let survivors = 0;
  elements.forEach((element, index) => {
    if (!doomed.has(element)) {
      survivors++;
      return;
    }
    const before = elements[index - 1];
    const behind = elements[index + 1];
    if (survivors > 0 && before !== undefined) cuts.push({ start: before.end, end: element.end });
    else cuts.push({ start: element.start, end: behind?.start ?? element.end });
  });
  return cuts;
}

/** `cuts` do not overlap. */
function without(body: Uint8Array, cuts: Span[]): Uint8Array {
  const ordered = cuts.toSorted((one, other) => one.start - other.start);
  const removed = ordered.reduce((sum, cut) => sum + cut.end - cut.start, 0);
  const result = new Uint8Array(body.length - removed);
  let from = 0;
  let to = 0;
  for (const cut of [...ordered, { start: body.length, end: body.length }]) {
    result.set(body.subarray(from, cut.start), to);
    to += cut.start - from;
    from = cut.end;
  }
  return result;
}
