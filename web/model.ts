// What the page knows: a snapshot, then one event after the other. Pure, bounded, and unchanged parts stay identical.
import type {
  ActiveRequest,
  CaptureView,
  ConfigErrorView,
  KeyView,
  LiveEvent,
  ProfileView,
  QueueView,
  RequestRow,
  Snapshot,
  Totals,
  WarningView,
} from "../src/server/contract";

export interface Model {
  seq: number;
  instance: string;
  version: string;
  startedAt: string;
  status: Snapshot["status"];
  configHash: string;
  configError: ConfigErrorView | null;
  warnings: WarningView[];
  profiles: ProfileView[];
  keys: KeyView[];
  queue: QueueView[];
  active: ActiveRequest[];
  /** The newest first. */
  rows: RequestRow[];
  today: Totals;
  capture: CaptureView;
}

/** Finished requests and requests under way that are remembered; older ones are fetched where they are looked at. */
export const rowCapacity = 300;
export const activeCapacity = 1000;

/** A model from scratch, or on top of an earlier one, whose unchanged parts it keeps. */
export function fromSnapshot(snapshot: Snapshot, earlier: Model | null): Model {
  const { seq, instance, version, startedAt, status, configHash, configError, today, capture } = snapshot;
  const { warnings, profiles, keys, queue, active, recent } = snapshot;
  return {
    seq,
    instance,
    version,
    startedAt,
    status,
    configHash,
    configError,
    today,
    capture,
    warnings: keep(earlier?.warnings, warnings, (warning) => warning.code + warning.title),
    profiles: keep(earlier?.profiles, profiles, (profile) => profile.name),
    keys: keep(earlier?.keys, keys, (key) => key.id),
    queue,
    active: bounded(active, activeCapacity),
    rows: bounded(
      keep(earlier?.rows, recent, (row) => row.id),
      rowCapacity,
    ),
  };
}

/** The model after an event. An event that is part of it already changes nothing. */
export function reduce(model: Model | null, event: LiveEvent): Model | null {
  if (event.type === "snapshot") return fromSnapshot(event.snapshot, model);
  if (model === null || event.seq <= model.seq) return model;
  return { ...model, seq: event.seq, ...changesOf(model, event) };
}

function changesOf(model: Model, event: Exclude<LiveEvent, { type: "snapshot" }>): Partial<Model> {
  switch (event.type) {
    case "started":
    case "progress":
      return { active: putActive(model.active, event.request) };
    case "finished":
      return {
        active: model.active.filter((request) => request.id !== event.row.id),
        rows: putRow(model.rows, event.row),
        today: event.today,
      };
    case "keys":
      return {
        status: event.status,
        keys: keep(model.keys, event.keys, (key) => key.id),
        queue: event.queue,
      };
    case "config":
      return {
        configHash: event.configHash,
        configError: event.configError,
        profiles: keep(model.profiles, event.profiles, (profile) => profile.name),
        keys: keep(model.keys, event.keys, (key) => key.id),
        warnings: event.warnings,
      };
    case "warnings":
      return { warnings: event.warnings };
    case "capture":
      return { capture: event.capture };
  }
}

function putActive(active: ActiveRequest[], request: ActiveRequest): ActiveRequest[] {
  const index = active.findIndex((one) => one.id === request.id);
  if (index < 0) return bounded([request, ...active], activeCapacity);
  return active.with(index, request);
}

function putRow(rows: RequestRow[], row: RequestRow): RequestRow[] {
  if (rows.some((one) => one.id === row.id)) return rows;
  return bounded([row, ...rows], rowCapacity);
}

function bounded<Item>(items: Item[], capacity: number): Item[] {
  return items.length > capacity ? items.slice(0, capacity) : items;
}

/** `next`, with the items of `earlier` where they are equal: what did not change is not drawn again. */
export function keep<Item>(
  earlier: readonly Item[] | undefined,
  next: readonly Item[],
  nameOf: (item: Item) => string,
): Item[] {
  if (earlier === undefined) return [...next];
  const known = new Map(earlier.map((item) => [nameOf(item), item]));
  const kept = next.map((item) => {
    const before = known.get(nameOf(item));
    return before !== undefined && isEqual(before, item) ? before : item;
  });
  const same = kept.length === earlier.length && kept.every((item, index) => item === earlier[index]);
  return same ? (earlier as Item[]) : kept;
}

/** Both come from JSON of one writer, so that equal values have equal text. */
function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
