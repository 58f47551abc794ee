// The clock for commands that print times of the past, at a tenth of what JavaScript's own takes: the first local time of
// a Date loads the data of all languages. SQLite asks the system for its zone instead.
import { Database } from "bun:sqlite";
import type { Timestamp } from "../../engine/types";
import { formatClock } from "./times";

/** How a time reads at this moment. */
export type Clock = (at: Timestamp) => string;

export function openClock(now: () => Timestamp = Date.now): Clock {
  const query = new Database(":memory:").query<{ seconds: number }, [number]>(
    "SELECT unixepoch(?1, 'unixepoch', 'localtime') - ?1 AS seconds",
  );
  const offsetAt = (at: Timestamp) => (query.get(Math.floor(at / 1000))?.seconds ?? 0) * 1000;
  return (at) => formatClock(at, now(), offsetAt);
}
