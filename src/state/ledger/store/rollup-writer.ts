// Keeps sums per minute, hour and day up to date, so that figures over a million requests need not look at them.
import type { Database, Statement } from "bun:sqlite";
import { countSparsely, decodeSparsely, encodeSparsely, type SparseCounts } from "../histogram";
import { place } from "../row-batch";
import type { Shape } from "../shape";
import { isNull, isUnpricedAt, valueAt } from "../sum-batch";
import { groupText } from "./groups";
import type { Interner } from "./interner";
import { allSpans, spanSeconds, startOf } from "./spans";
import { sumColumns } from "./sum-columns";

interface Sums {
  /** Seconds, as it stands in the file. */
  start: number;
  group: number;
  /** In the order of the columns. */
  numbers: number[];
  firstByte: SparseCounts;
  total: SparseCounts;
}

/** Model and client names come from clients: beyond this many combinations a day they count as "other". */
const mostNewGroups = 500;

export class RollupWriter {
  readonly #groups: Interner;
  readonly #minutes = new Map<string, Sums>();
  #last: Sums | null = null;
  readonly #find: Statement;
  readonly #replace: Statement;

  constructor(database: Database, groups: Interner) {
    this.#groups = groups;
    const columns = ["span", "start", "grp", "first_byte", "total", ...sumColumns];
    const places = columns.map(() => "?").join(", ");
    this.#find = database.prepare(
      `SELECT first_byte, total, ${sumColumns.join(", ")} FROM rollups WHERE span = ? AND start = ? AND grp = ?`,
    );
    this.#replace = database.prepare(
      `INSERT OR REPLACE INTO rollups (${columns.join(", ")}) VALUES (${places})`,
    );
  }

  /** The row of a batch that begins at `start`. `group`: the number that `groupOf` gave for its shape. */
  add(row: Float64Array, start: number, { state }: Shape, group: number): void {
    const minute = startOf(valueAt(row, start + place.at), spanSeconds.minute);
    const sums = this.#sumsOf(minute, group);
    const { numbers } = sums;
    add(numbers, 0, 1);
    add(numbers, 1, valueAt(row, start + place.hiddenErrors));
    add(numbers, 2, valueAt(row, start + place.input));
    add(numbers, 3, valueAt(row, start + place.output));
    add(numbers, 4, valueAt(row, start + place.cacheRead));
    add(numbers, 5, valueAt(row, start + place.cacheWrite5m));
    add(numbers, 6, valueAt(row, start + place.cacheWrite1h));
    add(numbers, 7, valueAt(row, start + place.reasoning));
    add(numbers, 8, valueAt(row, start + place.costUsd));
    add(numbers, 9, isUnpricedAt(row, start, state) ? 1 : 0);
    add(numbers, 10, valueAt(row, start + place.cacheSavedUsd));
    if (state !== "complete") return;
    countSparsely(sums.total, valueAt(row, start + place.totalMs));
    if (!isNull(row, start + place.firstByteMs))
      countSparsely(sums.firstByte, valueAt(row, start + place.firstByteMs));
  }

  /** Merges what was added since the last time into the file; to be called in a transaction. */
  flush(): void {
    for (const span of allSpans) {
      const merged = new Map<string, Sums>();
      for (const sums of this.#minutes.values()) {
        const start = startOf(sums.start * 1000, span);
        addSums(sumsIn(merged, start, sums.group), sums);
      }
      for (const sums of merged.values()) this.#write(span, sums);
    }
    this.#minutes.clear();
    this.#last = null;
  }

  /** Drops what was added since the last flush: the transaction that it belongs to failed. */
  drop(): void {
    this.#minutes.clear();
    this.#last = null;
  }

  /** `day`: days since the epoch. */
  groupOf(shape: Shape, day: number): number {
    const text = groupText(shape);
    if (this.#groups.created < mostNewGroups || this.#groups.has(text)) return this.#groups.idOf(text, day);
    const other = { ...shape, client: "other", modelAsked: "other" };
    return this.#groups.idOf(groupText({ ...other, modelServed: shape.modelServed && "other" }), day);
  }

  /** Rows of a batch mostly belong to the same minute and group. */
  #sumsOf(start: number, group: number): Sums {
    const last = this.#last;
    if (last !== null && last.start === start && last.group === group) return last;
    this.#last = sumsIn(this.#minutes, start, group);
    return this.#last;
  }

  #write(span: number, sums: Sums): void {
    const [stored] = this.#find.values(span, sums.start, sums.group) as StoredSums[];
    if (stored !== undefined) {
      const [firstByte, total, ...numbers] = stored;
      decodeSparsely(sums.firstByte, firstByte);
      decodeSparsely(sums.total, total);
      for (const [index, value] of numbers.entries())
        sums.numbers[index] = (sums.numbers[index] ?? 0) + value;
    }
    const firstByte = encodeSparsely(sums.firstByte);
    this.#replace.run(span, sums.start, sums.group, firstByte, encodeSparsely(sums.total), ...sums.numbers);
  }
}

function add(numbers: number[], column: number, value: number): void {
  if (value !== 0) numbers[column] = (numbers[column] ?? 0) + value;
}

type StoredSums = [firstByte: Uint8Array | null, total: Uint8Array | null, ...numbers: number[]];

function sumsIn(all: Map<string, Sums>, start: number, group: number): Sums {
  const key = `${start} ${group}`;
  const known = all.get(key);
  if (known !== undefined) return known;
  const numbers = sumColumns.map(() => 0);
  const sums: Sums = { start, group, numbers, firstByte: new Map(), total: new Map() };
  all.set(key, sums);
  return sums;
}

function addSums(sum: Sums, other: Sums): void {
  for (const [index, value] of other.numbers.entries())
    sum.numbers[index] = (sum.numbers[index] ?? 0) + value;
  for (const [slot, count] of other.firstByte)
    sum.firstByte.set(slot, (sum.firstByte.get(slot) ?? 0) + count);
  for (const [slot, count] of other.total) sum.total.set(slot, (sum.total.get(slot) ?? 0) + count);
}
