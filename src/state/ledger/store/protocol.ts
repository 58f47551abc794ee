// What the serving thread and the worker that owns state.db say to each other. Replies travel as JSON text.

import type { StoredBinding } from "../../sessions";
import type { StoredRests } from "../../stored-rests";
import type { PackedBatch } from "../row-batch";
import type { StoredDay } from "../today";
import type {
  BreakdownQuery,
  BreakdownRow,
  Figures,
  FiguresQuery,
  PageQuery,
  RequestRow,
  RowPage,
  TimelineData,
  TimelineQuery,
} from "../types";
import type { StoreTrouble } from "./open-database";
import type { Batch, Retention } from "./store";

export interface OpenOptions {
  path: string | null;
  retention: Retention;
}

/** What a process that starts finds of the one before. */
export interface Restored {
  cooldowns: StoredRests[];
  bindings: StoredBinding[];
  /** The newest first. */
  recent: RequestRow[];
  today: StoredDay;
}

/** `again`: it was sent before, and nobody knows whether it was written. */
export type PackedWrite = Omit<Batch, "parts"> & { parts: PackedBatch[]; again: boolean };

/** Name of each operation, what it takes and what it gives. */
export interface Operations {
  open: { takes: OpenOptions; gives: Restored };
  write: { takes: PackedWrite; gives: null };
  retention: { takes: Retention; gives: null };
  find: { takes: string; gives: RequestRow | null };
  page: { takes: PageQuery; gives: RowPage };
  figures: { takes: FiguresQuery; gives: Figures };
  breakdown: { takes: BreakdownQuery; gives: BreakdownRow[] };
  timeline: { takes: TimelineQuery; gives: TimelineData };
  close: { takes: null; gives: null };
}

export type Operation = keyof Operations;

export type Order = {
  [Name in Operation]: { id: number; op: Name; takes: Operations[Name]["takes"] };
}[Operation];

export type Reply =
  | { id: number; gives: Operations[Operation]["gives"] }
  | { id: number; failed: string }
  /** Whenever it changes; null: everything is well again. */
  | { trouble: StoreTrouble | null };
