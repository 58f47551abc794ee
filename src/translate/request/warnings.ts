// Collects, by name, what a translated request had to leave behind.
import type { JsonObject } from "../json-value";

/** Each name once, in the order in which it was met. */
export class Warnings {
  readonly #names = new Set<string>();

  add(name: string): void {
    this.#names.add(name);
  }

  list(): string[] {
    return [...this.#names];
  }

  /** Names every field of `holder` that the translator does not know what to do with. */
  addUnknownFields(holder: JsonObject, known: readonly string[], prefix: string): void {
    for (const [field, value] of Object.entries(holder)) {
      // `false` and null wish for nothing.
      if (known.includes(field) || value === null || value === undefined || value === false) continue;
      // Prompt caching is the same thing wherever it stands.
      this.add(field === "cache_control" ? field : `${prefix}${field}`);
    }
  }
}
