// What differs between two documents, place by place, for people. Pure.
import { isObject, type Json } from "./merge-patch";

export interface Change {
  /** `profiles.work.port` */
  path: string;
  /** As JSON; null: there was, or is, nothing. */
  before: string | null;
  after: string | null;
}

/** Every place that another value stands in, outermost where something is new or gone as a whole. */
export function listChanges(before: Json, after: Json, at: readonly string[] = []): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const path = [...at, name];
    const one = Object.hasOwn(before, name) ? before[name] : undefined;
    const other = Object.hasOwn(after, name) ? after[name] : undefined;
    if (isObject(one) && isObject(other)) return listChanges(one, other, path);
    const [was, is] = [write(one), write(other)];
    return was === is ? [] : [{ path: path.join("."), before: was, after: is }];
  });
}

/** The places that a merge patch sets or removes. */
export function listPlaces(patch: Json, at: readonly string[] = []): string[] {
  return Object.entries(patch).flatMap(([name, value]) => {
    const path = [...at, name];
    return isObject(value) && Object.keys(value).length > 0 ? listPlaces(value, path) : [path.join(".")];
  });
}

/** Whether one place lies in the other. */
export function overlaps(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

function write(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
