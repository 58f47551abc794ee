// A request body that is being changed: its top-level members to read, and the changes collected so far.
import { findRoot } from "./scan-tokens";
import { JsonReader } from "./scan-values";
import { applyEdits, changeMembers, type Edit, listMembers, type PlacedMember } from "./splice-json";

export class RequestEdit {
  readonly reader: JsonReader;
  readonly members: ReadonlyMap<string, PlacedMember>;
  /** Changes inside members that stay. */
  readonly edits: Edit[] = [];
  /** What was done, for the record. */
  readonly words: string[] = [];
  readonly #root: number;
  readonly #changes = new Map<string, string | null>();

  /** `body` must be valid JSON. */
  constructor(body: Uint8Array) {
    this.reader = new JsonReader(body);
    this.#root = findRoot(body);
    this.members = new Map(listMembers(this.reader, this.#root).map((member) => [member.key, member]));
  }

  /** The parsed value, undefined without one. Only for members that are small. */
  valueOf(key: string): unknown {
    const member = this.members.get(key);
    if (member === undefined) return undefined;
    return JSON.parse(Buffer.from(this.reader.bytes.subarray(member.start, member.end)).toString());
  }

  /** Null if there is none, or a value of another kind, which is left to the API to refuse. */
  numberOf(key: string): number | null {
    const value = this.valueOf(key);
    return typeof value === "number" ? value : null;
  }

  objectOf(key: string): Readonly<Record<string, unknown>> | null {
    const value = this.valueOf(key);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  }

  /** Gives a top-level member another value, JSON text, or takes it out (null). */
  set(key: string, text: string | null): void {
    this.#changes.set(key, text);
  }

  isRemoved(key: string): boolean {
    return this.#changes.get(key) === null;
  }

  /** The text with all changes; the same array if there are none. */
  apply(): Uint8Array {
    return applyEdits(this.reader.bytes, [
      ...changeMembers(this.reader, this.#root, this.#changes),
      ...this.edits,
    ]);
  }
}
