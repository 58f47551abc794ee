// Writes rows of requests and reads them back.
import type { Database, SQLQueryBindings, Statement } from "bun:sqlite";
import { attemptsAt, countOf, place, type RowBatch, type StoredRow, toRow, width } from "../row-batch";
import { readShape, type Shape } from "../shape";
import type { PageQuery, Period, RequestFilter, RequestRow, RowPage } from "../types";
import { type Group, matchesFilter } from "./groups";
import type { Interner } from "./interner";
import { blobRange, blobToId, firstBlobAt, idToBlob } from "./request-id-blob";

type OthersOf<Row extends unknown[]> = Row extends [unknown, ...infer Others] ? Others : never;

interface Condition {
  sql: string;
  values: SQLQueryBindings[];
}

const columns =
  "id, at, shape, session, input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, cost, saved, queued_ms, first_byte_ms, total_ms, attempts, target, refusal";
const columnCount = columns.split(", ").length;
/** One statement for many rows takes nearly half the time of one for each. */
const rowsAtOnce = 20;
const textPlaces = [place.session, place.target, place.refusal] as const;
/** Inherited by nothing: a page is what a person looks at. */
const longestPage = 1000;

export class RequestTable {
  readonly #database: Database;
  readonly #shapes: Interner;
  /** By the number of rows; what only reads need not be able to write. */
  readonly #inserts = new Map<number, Statement>();

  constructor(database: Database, shapes: Interner) {
    this.#database = database;
    this.#shapes = shapes;
  }

  /** `shapes`: by the index that stands in a row, the number of what it shares with others. */
  write(batch: RowBatch, shapes: readonly number[]): void {
    const rows = countOf(batch);
    let first = 0;
    while (first < rows) {
      const count = rows - first < rowsAtOnce ? 1 : rowsAtOnce;
      const values = new Array<SQLQueryBindings>(count * columnCount);
      for (let index = 0; index < count; index++)
        setValues(values, index * columnCount, batch, (first + index) * width, shapes);
      this.#insert(count).run(...values);
      first += count;
    }
  }

  has(id: string): boolean {
    return this.#database.query("SELECT 1 FROM requests WHERE id = ?").get(idToBlob(id)) !== null;
  }

  find(id: string): RequestRow | null {
    const rows = this.#read({ sql: "id = ?", values: [idToBlob(id)] }, 1);
    return rows[0] ?? null;
  }

  /** The first rows whose ids begin so, the newest first; at most `most`. */
  findByPrefix(start: string, most: number): RequestRow[] {
    const range = blobRange(start);
    return range === null
      ? []
      : this.#read({ sql: "id BETWEEN ? AND ?", values: [range.low, range.high] }, most);
  }

  page({ period, filter = {}, before, limit }: PageQuery): RowPage {
    const conditions = [...within(period), ...this.#matching(filter)];
    if (before !== undefined) conditions.push({ sql: "id < ?", values: [idToBlob(before)] });
    const most = Math.max(1, Math.min(limit, longestPage));
    const all = {
      sql: ["1", ...conditions.map(({ sql }) => sql)].join(" AND "),
      values: conditions.flatMap(({ values }) => values),
    };
    const found = this.#read(all, most + 1);
    const rows = found.slice(0, most);
    return { rows, next: found.length > most ? (rows.at(-1)?.id ?? null) : null };
  }

  /** Every row of the period that passes, the newest first, one after the other. */
  *each(period: Period, filter: RequestFilter): Iterable<RequestRow> {
    let before: string | undefined;
    do {
      const page: RowPage = this.page({
        period,
        filter,
        limit: longestPage,
        ...(before === undefined ? {} : { before }),
      });
      yield* page.rows;
      before = page.next ?? undefined;
    } while (before !== undefined);
  }

  /** Removes at most `most` rows that began before `until`; returns how many. */
  removeBefore(until: number, most: number): number {
    const sql = "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE id < ? ORDER BY id LIMIT ?)";
    return this.#database.query(sql).run(firstBlobAt(until), most).changes;
  }

  /** Removes the oldest rows. */
  removeOldest(most: number): number {
    const sql = "DELETE FROM requests WHERE id IN (SELECT id FROM requests ORDER BY id LIMIT ?)";
    return this.#database.query(sql).run(most).changes;
  }

  #read({ sql, values }: Condition, most: number): RequestRow[] {
    const statement = this.#database.query(
      `SELECT ${columns} FROM requests WHERE ${sql} ORDER BY id DESC LIMIT ?`,
    );
    const rows = statement.values(...values, most) as [id: Uint8Array, ...OthersOf<StoredRow>][];
    const shapes = new Map<number, Shape>();
    return rows.map(([id, ...others]) => {
      const [, shape] = others;
      const known = shapes.get(shape) ?? this.#readShape(shape);
      shapes.set(shape, known);
      return toRow([blobToId(id), ...others], known);
    });
  }

  #insert(count: number): Statement {
    const known = this.#inserts.get(count);
    if (known !== undefined) return known;
    const row = `(${new Array(columnCount).fill("?").join(", ")})`;
    const rows = new Array(count).fill(row).join(", ");
    const statement = this.#database.prepare(`INSERT OR REPLACE INTO requests (${columns}) VALUES ${rows}`);
    this.#inserts.set(count, statement);
    return statement;
  }

  #readShape(id: number): Shape {
    const text = this.#database
      .query<{ text: string }, [number]>("SELECT text FROM shapes WHERE id = ?")
      .get(id)?.text;
    return readShape(text ?? "");
  }

  #matching(filter: RequestFilter): Condition[] {
    const { session, search, endpoint, ...byShape } = filter;
    const conditions: Condition[] = [];
    if (session !== undefined) conditions.push({ sql: "session = ?", values: [session] });
    if (Object.values(byShape).some((value) => value !== undefined)) {
      conditions.push({
        sql: this.#shapesWhere((shape) => matchesFilter(shape as Group, byShape)),
        values: [],
      });
    }
    if (endpoint !== undefined)
      conditions.push({ sql: this.#shapesWhere((shape) => shape.endpoint === endpoint), values: [] });
    if (search !== undefined && search !== "") conditions.push(this.#searching(search));
    return conditions;
  }

  #searching(search: string): Condition {
    const words = search.toLowerCase();
    const named = this.#shapesWhere((shape) => {
      const texts = [shape.modelAsked, shape.modelServed, shape.key, shape.client];
      return texts.some((text) => text.toLowerCase().includes(words));
    });
    const texts = ["attempts", "target", "refusal"].map((column) => `${column} LIKE ? ESCAPE '\\'`);
    const pattern = `%${search.replace(/[\\%_]/g, "\\$&")}%`;
    const range = blobRange(words);
    const byId = range === null ? [] : ["id BETWEEN ? AND ?"];
    return {
      sql: `(${[named, ...texts, ...byId].join(" OR ")})`,
      values: [...texts.map(() => pattern), ...(range === null ? [] : [range.low, range.high])],
    };
  }

  #shapesWhere(passes: (shape: Shape) => boolean): string {
    const ids = this.#shapes.all().filter(({ text }) => passes(readShape(text)));
    return `shape IN (${ids.map(({ id }) => id).join(", ")})`;
  }
}

function within(period: Period | undefined): Condition[] {
  if (period === undefined) return [];
  return [{ sql: "id >= ? AND id < ?", values: [firstBlobAt(period.since), firstBlobAt(period.until)] }];
}

/** The values of a row, which begins at `start`, from `to` on; its columns are those of the table, and SQLite takes NaN for null. */
function setValues(
  values: SQLQueryBindings[],
  to: number,
  batch: RowBatch,
  start: number,
  shapes: readonly number[],
): void {
  const { numbers, texts } = batch;
  for (let at = 0; at < columnCount; at++) values[to + at] = numbers[start + at] as number;
  values[to + place.id] = idToBlob(texts[numbers[start + place.id] as number] as string);
  values[to + place.shape] = shapes[numbers[start + place.shape] as number] as number;
  for (const at of textPlaces) values[to + at] = texts[numbers[start + at] as number] ?? null;
  values[to + place.attempts] = attemptsAt(batch, start);
}
