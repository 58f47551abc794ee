// JSON texts as unlikely as the grammar allows: odd white space, needless escapes, duplicate keys.
import fc from "fast-check";

/** Numbers that steer the choices of one text; used in a circle. */
type Noise = readonly number[];

const spaces = ["", "", "", " ", "\n", "\r\n\t", "    "];
const encoder = new TextEncoder();

/** Any JSON value, written in any way that `JSON.parse` accepts. */
export const looseJson: fc.Arbitrary<string> = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.array(fc.nat(255), { minLength: 1, maxLength: 40 }))
  .map(([value, noise]) => new LooseWriter(noise).write(value));

const wantedKeys = ["model", "stream", "system", "messages", "metadata", "thread", "container", "other"];

/** A request-like object in which the wanted keys come in any order, several times, and with values of any kind. */
export const looseRequest: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.constantFrom(...wantedKeys),
        fc.oneof(fc.string({ unit: "binary" }), fc.boolean(), fc.jsonValue({ maxDepth: 3 })),
      ),
      { maxLength: 8 },
    ),
    fc.array(fc.nat(255), { minLength: 1, maxLength: 40 }),
  )
  .map(([members, noise]) => new LooseWriter(noise).writeMembers(members));

export function toBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

class LooseWriter {
  readonly #noise: Noise;
  #used = 0;

  constructor(noise: Noise) {
    this.#noise = noise;
  }

  write(value: unknown): string {
    if (typeof value === "string") return this.#pad(this.#writeString(value));
    if (Array.isArray(value))
      return this.#pad(`[${value.map((item) => this.write(item)).join(",") || this.#space()}]`);
    if (typeof value === "object" && value !== null) return this.writeMembers(Object.entries(value));
    return this.#pad(JSON.stringify(value));
  }

  writeMembers(members: readonly (readonly [string, unknown])[]): string {
    const written = members.map(
      ([key, value]) => `${this.#pad(this.#writeString(key))}:${this.write(value)}`,
    );
    return this.#pad(`{${written.join(",") || this.#space()}}`);
  }

  #writeString(text: string): string {
    const units = Array.from({ length: text.length }, (_, index) =>
      this.#writeUnit(text.slice(index, index + 1)),
    );
    return `"${units.join("")}"`;
  }

  #writeUnit(unit: string): string {
    if (this.#next() % 5 === 0) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return JSON.stringify(unit).slice(1, -1);
  }

  #pad(text: string): string {
    return this.#space() + text + this.#space();
  }

  #space(): string {
    return spaces[this.#next() % spaces.length] ?? "";
  }

  #next(): number {
    this.#used++;
    return this.#noise[this.#used % this.#noise.length] ?? 0;
  }
}
