// Everything that state.db holds, behind one object; synchronous, for a thread that may wait for the disk.
import type { Database } from "bun:sqlite";
import type { StoredBinding } from "../../sessions";
import type { StoredRests } from "../../stored-rests";
import { hourMs } from "../buckets";
import { breakDown, figuresOf } from "../query-rows";
import { firstIdOf, place, type RowBatch, width } from "../row-batch";
import { readShape, type Shape } from "../shape";
import { isCounted } from "../totals";
import type {
  BreakdownQuery,
  BreakdownRow,
  Figures,
  FiguresQuery,
  PageQuery,
  RequestFilter,
  RequestRow,
  RowPage,
  TimelineData,
  TimelineQuery,
} from "../types";
import { Interner } from "./interner";
import { type KeyStateChange, KeyStates } from "./key-states";
import { RequestTable } from "./request-table";
import { RollupReader, type Summary } from "./rollup-reader";
import { RollupWriter } from "./rollup-writer";
import { type Detail, dayOf, minutesKeptMs, spanSeconds } from "./spans";
import { StoredRouting } from "./stored-routing";

/** What goes into the file in one transaction. */
export interface Batch {
  /** In the order in which the requests ended. */
  parts: RowBatch[];
  keyStates: KeyStateChange[];
  cooldowns: StoredRests[];
  bindings: StoredBinding[];
}

/** Rows that are removed at a time, so that a question never waits long. */
const removedAtOnce = 5000;
const pagesFreedAtOnce = 500;
const dayMs = 24 * hourMs;

interface KnownShape {
  id: number;
  shape: Shape;
  /** null: no figures count it. */
  group: number | null;
}

const mostKnownShapes = 5000;

export interface Retention {
  /** Rows of requests and sums per hour. */
  days: number;
  /** The oldest rows go when the file is larger. */
  mostBytes: number;
}

export class LedgerStore {
  readonly #database: Database;
  readonly #shapes: Interner;
  readonly #groups: Interner;
  readonly #writer: RollupWriter;
  readonly #reader: RollupReader;
  readonly #requests: RequestTable;
  readonly #keyStates: KeyStates;
  readonly routing: StoredRouting;
  /** What rows that came before had in common. */
  readonly #known = new Map<string, KnownShape>();
  #detail: Detail;
  #day = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#detail = { minutesFrom: this.#fact("minutes_from"), hoursFrom: this.#fact("hours_from") };
    this.#shapes = new Interner(database, "shapes");
    this.#groups = new Interner(database, "groups");
    this.#writer = new RollupWriter(database, this.#groups);
    this.#reader = new RollupReader(database, this.#groups);
    this.#requests = new RequestTable(database, this.#shapes);
    this.#keyStates = new KeyStates(database);
    this.routing = new StoredRouting(database);
  }

  /** All or nothing; `again`: it was sent before, and nobody knows what became of it. Throws what SQLite throws: a full disk, a locked or damaged file. */
  write(batch: Batch, now: number, again: boolean): void {
    this.#turnDay(now);
    const first = firstIdOf(batch.parts[0]);
    // It was written when the answer was lost: the sums have it.
    const parts = again && first !== undefined && this.#requests.has(first) ? [] : batch.parts;
    try {
      this.#database.transaction(() => this.#write({ ...batch, parts }, now)).immediate();
    } catch (error) {
      // What they learnt in the transaction is not in the file.
      this.#forget();
      this.#writer.drop();
      throw error;
    }
  }

  /** When the process was last known to run; null if never. */
  get aliveAt(): number | null {
    return this.#fact("alive") || null;
  }

  noteAlive(now: number): void {
    this.#database.query("INSERT OR REPLACE INTO facts VALUES ('alive', ?)").run(String(now));
  }

  noteDown(at: number): void {
    this.#keyStates.noteDown(at);
  }

  find(id: string): RequestRow | null {
    return this.#requests.find(id);
  }

  findByPrefix(start: string, most: number): RequestRow[] {
    return this.#requests.findByPrefix(start, most);
  }

  page(query: PageQuery): RowPage {
    return this.#requests.page(query);
  }

  figures(query: FiguresQuery): Figures {
    if (!isBeyondSums(query.filter)) return this.#reader.figures(query, this.#detail);
    return figuresOf(this.#requests.each(query.period, query.filter ?? {}), query);
  }

  breakdown(query: BreakdownQuery): BreakdownRow[] {
    if (!isBeyondSums(query.filter)) return this.#reader.breakdown(query, this.#detail);
    return breakDown(this.#requests.each(query.period, query.filter ?? {}), query);
  }

  /** Of all requests of the period. */
  summarize(query: Omit<BreakdownQuery, "filter">): Summary {
    return this.#reader.summarize(query, this.#detail);
  }

  timeline(query: TimelineQuery): TimelineData {
    const detail = this.#detail;
    const busy = this.#reader.busyTimes(query.period, detail);
    return {
      bands: this.#keyStates.bands(query.period, busy),
      histogram: this.#reader.histogram(query, detail),
    };
  }

  /** One small step of removing what is too old or too much; whether there is more to do. */
  tidy(now: number, { days, mostBytes }: Retention): boolean {
    const rowsFrom = now - days * dayMs;
    // Before rows have to go for want of room.
    this.#tidySums(now, days);
    let removed = this.#requests.removeBefore(rowsFrom, removedAtOnce);
    if (removed === 0 && this.#bytes() > mostBytes) removed = this.#requests.removeOldest(removedAtOnce);
    if (removed > 0) {
      this.#database.run(`PRAGMA incremental_vacuum(${pagesFreedAtOnce})`);
      return true;
    }
    this.#keyStates.removeBefore(rowsFrom);
    this.#database.query("DELETE FROM shapes WHERE used < ?").run(dayOf(rowsFrom) - 1);
    this.#database
      .query("DELETE FROM groups WHERE used < ? AND id NOT IN (SELECT grp FROM rollups)")
      .run(dayOf(rowsFrom));
    this.routing.tidy();
    this.#forget();
    const free = this.#number("PRAGMA freelist_count");
    this.#database.run(`PRAGMA incremental_vacuum(${pagesFreedAtOnce})`);
    const left = this.#number("PRAGMA freelist_count");
    // In memory, pages that are free stay for what comes.
    return left < free && left > pagesFreedAtOnce;
  }

  /** Moves the log of changes into the file, which `close` leaves undone while statements are not collected. */
  checkpoint(): void {
    this.#database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#database.close();
  }

  #write({ parts, keyStates, cooldowns, bindings }: Batch, now: number): void {
    const day = dayOf(now);
    for (const part of parts) this.#writeRows(part, day);
    this.#writer.flush();
    for (const change of keyStates) this.#keyStates.write(change);
    for (const known of cooldowns) this.routing.writeCooldowns(known);
    for (const binding of bindings) this.routing.writeBinding(binding);
    this.noteAlive(now);
  }

  #writeRows(part: RowBatch, day: number): void {
    const known = part.shapes.map((text) => this.#known.get(text) ?? this.#learn(text, day));
    const ids = known.map(({ id }) => id);
    this.#requests.write(part, ids);
    const { numbers } = part;
    for (let start = 0; start < numbers.length; start += width) {
      const { shape, group } = known[numbers[start + place.shape] as number] as KnownShape;
      if (group !== null) this.#writer.add(numbers, start, shape, group);
    }
  }

  /** Notes first what will be gone: questions must not look for it. */
  #tidySums(now: number, days: number): void {
    const day = new Date(now - days * dayMs);
    const minutesFrom = Math.ceil((now - minutesKeptMs) / hourMs) * hourMs;
    const midnight = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
    const hoursFrom = Math.ceil(midnight / hourMs) * hourMs;
    if (minutesFrom === this.#detail.minutesFrom && hoursFrom === this.#detail.hoursFrom) return;
    const facts = { minutes_from: minutesFrom, hours_from: hoursFrom };
    const note = this.#database.query("INSERT OR REPLACE INTO facts VALUES (?, ?)");
    for (const [name, value] of Object.entries(facts)) note.run(name, String(value));
    this.#detail = { minutesFrom, hoursFrom };
    const remove = this.#database.query("DELETE FROM rollups WHERE span = ? AND start < ?");
    remove.run(spanSeconds.minute, minutesFrom / 1000);
    remove.run(spanSeconds.fiveMinutes, minutesFrom / 1000);
    remove.run(spanSeconds.hour, hoursFrom / 1000);
  }

  #learn(text: string, day: number): KnownShape {
    const shape = readShape(text);
    const group = isCounted(shape) ? this.#writer.groupOf(shape, day) : null;
    const known = { id: this.#shapes.idOf(text, day), shape, group };
    if (this.#known.size >= mostKnownShapes) this.#known.clear();
    this.#known.set(text, known);
    return known;
  }

  /** What was learnt may no longer be in the file, or has to be noted as used again. */
  #forget(): void {
    this.#known.clear();
    this.#shapes.forget();
    this.#groups.forget();
  }

  #fact(name: string): number {
    const query = this.#database.query<{ value: string }, [string]>("SELECT value FROM facts WHERE name = ?");
    return Number(query.get(name)?.value ?? 0);
  }

  /** Texts are noted as used once a day. */
  #turnDay(now: number): void {
    if (dayOf(now) === this.#day) return;
    this.#day = dayOf(now);
    this.#forget();
    this.#groups.created = 0;
  }

  #bytes(): number {
    const used = this.#number("PRAGMA page_count") - this.#number("PRAGMA freelist_count");
    return used * this.#number("PRAGMA page_size");
  }

  #number(pragma: string): number {
    return Number(this.#database.query(pragma).values()[0]?.[0] ?? 0);
  }
}

/** Sums know nothing of conversations and words. */
function isBeyondSums({ session, search }: RequestFilter = {}): boolean {
  return session !== undefined || (search !== undefined && search !== "");
}
