// Changes single members and elements of a JSON text; every byte that is not named stays as it was.
import { skipSpace } from "./scan-tokens";
import type { JsonReader, Member, Span } from "./scan-values";

/** Text that takes the place of some bytes (of none: an insertion). */
export interface Edit extends Span {
  text: string;
}

/** A member with the place of its key. */
export interface PlacedMember extends Member {
  keyStart: number;
}

const encoder = new TextEncoder();

/** The members of the object at `at`, as `JsonReader.members` has them. */
export function listMembers(reader: JsonReader, at: number): PlacedMember[] {
  const members: PlacedMember[] = [];
  let keyStart = skipSpace(reader.bytes, at + 1);
  for (const member of reader.members(at)) {
    members.push({ ...member, keyStart });
    keyStart = skipSpace(reader.bytes, skipSpace(reader.bytes, member.end) + 1);
  }
  return members;
}

/**
 * The edits that give each named member of the object at `at` another value, JSON text, or take it out (null). A member
 * that is not there yet is added at the end, unless it is to be taken out.
 */
export function changeMembers(
  reader: JsonReader,
  at: number,
  changes: ReadonlyMap<string, string | null>,
): Edit[] {
  if (changes.size === 0) return [];
  const members = listMembers(reader, at);
  const items = members.map((member) => ({ ...member, start: member.keyStart }));
  const doomed = new Set(items.filter((item) => changes.get(item.key) === null));
  const replaced = members.flatMap((member): Edit[] => {
    const text = changes.get(member.key) ?? null;
    return text === null ? [] : [{ start: member.start, end: member.end, text }];
  });
  const added = [...changes].flatMap(([key, text]) =>
    text === null || members.some((member) => member.key === key) ? [] : [`${JSON.stringify(key)}:${text}`],
  );
  return [...replaced, ...appendItems(at, items, doomed, added), ...cutItems(items, doomed)];
}

/**
 * The edits that make `doomed` and the right commas disappear from a list: an item goes with the comma before it; one
 * that has no survivor before it goes with the comma behind it.
 */
export function cutItems<Item extends Span>(items: readonly Item[], doomed: ReadonlySet<Item>): Edit[] {
  const cuts: Edit[] = [];
  let survivors = 0;
  items.forEach((item, index) => {
    if (!doomed.has(item)) {
      survivors++;
      return;
    }
    const before = items[index - 1];
    const behind = items[index + 1];
    if (survivors > 0 && before !== undefined) cuts.push({ start: before.end, end: item.end, text: "" });
    else cuts.push({ start: item.start, end: behind?.start ?? item.end, text: "" });
  });
  return cuts;
}

/** The edits that add items, JSON text, behind those of the list that begins at `at` and are not `doomed`. */
export function appendItems<Item extends Span>(
  at: number,
  items: readonly Item[],
  doomed: ReadonlySet<Item>,
  added: readonly string[],
): Edit[] {
  if (added.length === 0) return [];
  const last = items.findLast((item) => !doomed.has(item));
  const place = last?.end ?? at + 1;
  return [{ start: place, end: place, text: `${last === undefined ? "" : ","}${added.join(",")}` }];
}

/** Applies edits that do not overlap, in any order. Returns `body` itself if there are none. */
export function applyEdits(body: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return body;
  // An insertion comes before what is cut from the same place on.
  const ordered = edits
    .map(({ start, end, text }) => ({ start, end, bytes: encoder.encode(text) }))
    .toSorted((one, other) => one.start - other.start || one.end - other.end);
  const grown = ordered.reduce((sum, { start, end, bytes }) => sum + bytes.length - (end - start), 0);
  const result = new Uint8Array(body.length + grown);
  let from = 0;
  let to = 0;
  for (const { start, end, bytes } of ordered) {
    result.set(body.subarray(from, start), to);
    result.set(bytes, to + start - from);
    to += start - from + bytes.length;
    from = end;
  }
  result.set(body.subarray(from), to);
  return result;
}
