// Response headers as a test writes them down.
import type { HeaderReader } from "../../src/engine/types";

export function headersOf(entries: Readonly<Record<string, string>> = {}): HeaderReader {
  const headers = new Map(Object.entries(entries));
  return { get: (name) => headers.get(name) ?? null };
}

export const at = (iso: string): number => Date.parse(iso);

/** The moment at which the tests of the engine happen. */
export const now = at("2026-03-01T12:00:00.000Z");
