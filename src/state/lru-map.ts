// A map of bounded size that forgets what was used least recently.

interface Entry<Value> {
  readonly key: string;
  value: Value;
  older: Entry<Value> | null;
  newer: Entry<Value> | null;
}

/**
 * All operations take constant time. A plain `Map` in insertion order does not: finding its oldest entry walks over the
 * holes that deleted ones left behind.
 */
export class LruMap<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #capacity: number;
  #oldest: Entry<Value> | null = null;
  #newest: Entry<Value> | null = null;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Does not count as a use. */
  peek(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Counts as a use. */
  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#unlink(entry);
    this.#append(entry);
    return entry.value;
  }

  set(key: string, value: Value): void {
    const entry = this.#entries.get(key) ?? { key, value, older: null, newer: null };
    if (this.#entries.has(key)) this.#unlink(entry);
    else this.#entries.set(key, entry);
    entry.value = value;
    this.#append(entry);
    if (this.#entries.size > this.#capacity && this.#oldest !== null) this.#delete(this.#oldest);
  }

  #delete(entry: Entry<Value>): void {
    this.#unlink(entry);
    this.#entries.delete(entry.key);
  }

  #append(entry: Entry<Value>): void {
    entry.older = this.#newest;
    entry.newer = null;
    if (this.#newest !== null) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
  }

  #unlink(entry: Entry<Value>): void {
    if (entry.older !== null) entry.older.newer = entry.newer;
    else this.#oldest = entry.newer;
    if (entry.newer !== null) entry.newer.older = entry.older;
    else this.#newest = entry.older;
  }
}
