// Keeps sums per minute, hour and day up to date, so that figures over a million requests need not look at them.
import type { Database, Statement } from "bun:sqlite";
import { addCounts, addEncoded, type Counts, countDuration, emptyCounts, encodeCounts } from "../histogram";
import type { RowTuple, Shape } from "../row-tuple";
import { groupText } from "./groups";
import type { Interner } from "./interner";
import { dayOf, spans } from "./spans";

interface Sums {
  start: number;
  group: number;
  numbers: number[];
  firstByte: Counts | null;
  total: Counts | null;
}

/** Model and client names come from clients: beyond this many combinations a day they count as "other". */
const mostNewGroups = 500;

export const sumColumns = [
  "requests",
  "hidden",
  "input",
  "output",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "reasoning",
  "cost",
  "unpriced",
  "saved",
] as const;

interface StoredSums {
  first_byte: Uint8Array | null;
  total: Uint8Array | null;
}

export class RollupWriter {
  readonly #groups: Interner;
  readonly #minutes = new Map<string, Sums>();
  readonly #find: Statement<
    StoredSums & Record<(typeof sumColumns)[number], number>,
    [number, number, number]
  >;
  readonly #replace: Statement;

  constructor(database: Database, groups: Interner) {
    this.#groups = groups;
    const columns = ["span", "start", "grp", ...sumColumns, "first_byte", "total"];
    this.#find = database.prepare("SELECT * FROM rollups WHERE span = ? AND start = ? AND grp = ?");
    const places = columns.map(() => "?").join(", ");
    this.#replace = database.prepare(
      `INSERT OR REPLACE INTO rollups (${columns.join(", ")}) VALUES (${places})`,
    );
  }

  add(tuple: RowTuple, shape: Shape): void {
    const [, at, , , input, output, cacheRead, write5m, write1h, reasoning, cost, saved] = tuple;
    const [, , , , , , , , , , , , , firstByteMs, totalMs, , hidden] = tuple;
    const sums = this.#minuteOf(Math.floor(at / 60_000) * 60, this.#groupOf(shape, at));
    const unpriced = cost === null && (input !== null || output !== null) ? 1 : 0;
    const numbers = [1, hidden, input, output, cacheRead, write5m, write1h, reasoning, cost, unpriced, saved];
    numbers.forEach((value, index) => {
      sums.numbers[index] = (sums.numbers[index] ?? 0) + (value ?? 0);
    });
    // Counts of tokens are over at once and would hide how long answers take.
    if (shape.endpoint !== "messages" || shape.state !== "complete") return;
    sums.total ??= emptyCounts();
    countDuration(sums.total, totalMs);
    if (firstByteMs === null) return;
    sums.firstByte ??= emptyCounts();
    countDuration(sums.firstByte, firstByteMs);
  }

  /** Merges what was added since the last time into the file; to be called in a transaction. */
  flush(): void {
    for (const span of spans) {
      const merged = new Map<string, Sums>();
      for (const sums of this.#minutes.values()) {
        const start = span.startOf(sums.start * 1000);
        const key = `${start} ${sums.group}`;
        const known = merged.get(key);
        if (known === undefined) merged.set(key, { ...sums, start, numbers: [...sums.numbers] });
        else merge(known, sums);
      }
      for (const sums of merged.values()) this.#write(span.seconds, sums);
    }
    this.#minutes.clear();
  }

  /** Drops what was added since the last flush: the transaction that it belongs to failed. */
  drop(): void {
    this.#minutes.clear();
  }

  #groupOf(shape: Shape, at: number): number {
    const day = dayOf(at);
    const text = groupText(shape);
    if (this.#groups.created < mostNewGroups || this.#groups.has(text)) return this.#groups.idOf(text, day);
    const other = { ...shape, client: "other", modelAsked: "other" };
    return this.#groups.idOf(groupText({ ...other, modelServed: shape.modelServed && "other" }), day);
  }

  #minuteOf(start: number, group: number): Sums {
    const key = `${start} ${group}`;
    const known = this.#minutes.get(key);
    if (known !== undefined) return known;
    const sums = { start, group, numbers: sumColumns.map(() => 0), firstByte: null, total: null };
    this.#minutes.set(key, sums);
    return sums;
  }

  #write(seconds: number, sums: Sums): void {
    const stored = this.#find.get(seconds, sums.start, sums.group);
    const numbers = sums.numbers.map(
      (value, index) => value + (stored?.[sumColumns[index] ?? "hidden"] ?? 0),
    );
    const firstByte = withStored(sums.firstByte, stored?.first_byte ?? null);
    const total = withStored(sums.total, stored?.total ?? null);
    this.#replace.run(seconds, sums.start, sums.group, ...numbers, firstByte, total);
  }
}

function merge(sums: Sums, other: Sums): void {
  sums.numbers = sums.numbers.map((value, index) => value + (other.numbers[index] ?? 0));
  sums.firstByte = joined(sums.firstByte, other.firstByte);
  sums.total = joined(sums.total, other.total);
}

/** A new one: both may be part of other sums. */
function joined(one: Counts | null, other: Counts | null): Counts | null {
  if (one === null || other === null) return one ?? other;
  const sum = one.slice();
  addCounts(sum, other);
  return sum;
}

function withStored(counts: Counts | null, stored: Uint8Array | null): Uint8Array | null {
  if (counts === null) return stored;
  if (stored === null) return encodeCounts(counts);
  const sum = counts.slice();
  addEncoded(sum, stored);
  return encodeCounts(sum);
}
