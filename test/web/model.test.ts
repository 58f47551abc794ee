// The page's model: what events make of a snapshot, what stays identical, and that nothing grows without end.
import { describe, expect, test } from "bun:test";
import { activeCapacity, fromSnapshot, type Model, reduce, rowCapacity } from "../../web/model";
import {
  noTotals,
  sampleActive,
  sampleEvent,
  sampleKey,
  sampleRow,
  sampleSnapshot,
} from "../support/dashboard-samples";

const start = (fields = {}) => fromSnapshot(sampleSnapshot(fields), null);

function apply(model: Model, ...events: Parameters<typeof reduce>[1][]): Model {
  const after = events.reduce<Model | null>(reduce, model);
  if (after === null) throw new Error("the model is gone");
  return after;
}

describe("a request", () => {
  test("is under way, moves on, and becomes a row", () => {
    const request = sampleActive({ id: "a" });
    const begun = apply(start(), sampleEvent(11, { type: "started", request }));
    expect(begun.active).toEqual([request]);
    const streaming = { ...request, phase: "streaming" as const, key: "work" };
    const moved = apply(begun, sampleEvent(12, { type: "progress", request: streaming, attempt: null }));
    expect(moved.active).toEqual([streaming]);
    const row = sampleRow({ id: "a" });
    const today = { ...noTotals, requests: 1, asked: 1 };
    const done = apply(moved, sampleEvent(13, { type: "finished", row, today }));
    expect(done.active).toEqual([]);
    expect(done.rows).toEqual([row]);
    expect(done.today.requests).toBe(1);
    expect(done.seq).toBe(13);
  });

  test("progress of one whose start was missed shows it all the same", () => {
    const request = sampleActive({ id: "late" });
    const after = apply(start(), sampleEvent(11, { type: "progress", request, attempt: null }));
    expect(after.active).toEqual([request]);
  });
});

describe("events", () => {
  test("that are part of the snapshot already change nothing", () => {
    const model = start({ seq: 10 });
    const old = sampleEvent(10, { type: "finished", row: sampleRow(), today: noTotals });
    expect(reduce(model, old)).toBe(model);
  });

  test("before any snapshot are not taken for the whole truth", () => {
    expect(reduce(null, sampleEvent(1, { type: "warnings", warnings: [] }))).toBeNull();
  });

  test("that come twice count once", () => {
    const event = sampleEvent(11, { type: "finished", row: sampleRow(), today: noTotals });
    const once = apply(start(), event);
    expect(apply(once, event)).toBe(once);
    const again = sampleEvent(12, { type: "finished", row: sampleRow(), today: noTotals });
    expect(apply(once, again).rows).toHaveLength(1);
  });

  test("a snapshot of another process begins anew, its numbers too", () => {
    const model = apply(
      start({ seq: 5000, active: [sampleActive()] }),
      sampleEvent(1, { type: "snapshot", snapshot: sampleSnapshot({ seq: 1, instance: "two" }) }),
    );
    expect(model).toMatchObject({ seq: 1, instance: "two", active: [] });
    expect(apply(model, sampleEvent(2, { type: "warnings", warnings: [] })).seq).toBe(2);
  });
});

describe("what did not change stays the same object", () => {
  test("keys that are equal, and the whole list where all are", () => {
    const model = start();
    const fresh = [sampleKey(), sampleKey({ id: "work", label: "Work", state: "cooling" })];
    const after = apply(model, sampleEvent(11, { type: "keys", status: "degraded", keys: fresh, queue: [] }));
    expect(after.keys[0]).toBe(model.keys[0] as (typeof model.keys)[0]);
    expect(after.keys[1]?.state).toBe("cooling");
    const same = structuredClone(after.keys);
    const again = apply(after, sampleEvent(12, { type: "keys", status: "degraded", keys: same, queue: [] }));
    expect(again.keys).toBe(after.keys);
  });

  test("rows, over a snapshot that brings them again", () => {
    const model = start({ recent: [sampleRow({ id: "b" }), sampleRow({ id: "a" })] });
    const snapshot = structuredClone(sampleSnapshot({ recent: model.rows }));
    expect(fromSnapshot(snapshot, model).rows).toBe(model.rows);
  });

  test("an order that changed is a change", () => {
    const model = start();
    const after = apply(
      model,
      sampleEvent(11, { type: "keys", status: "ok", keys: structuredClone(model.keys).reverse(), queue: [] }),
    );
    expect(after.keys.map((key) => key.id)).toEqual(["work", "personal"]);
  });
});

test("an hour of three requests a second leaves a bounded model", () => {
  let model = start();
  let seq = 10;
  for (let count = 0; count < 12_000; count += 1) {
    const id = `r${count}`;
    seq += 1;
    model = apply(model, sampleEvent(seq, { type: "started", request: sampleActive({ id }) }));
    // One in ten never ends: its end was lost.
    if (count % 10 === 0) continue;
    seq += 1;
    model = apply(model, sampleEvent(seq, { type: "finished", row: sampleRow({ id }), today: noTotals }));
  }
  expect(model.rows).toHaveLength(rowCapacity);
  expect(model.rows[0]?.id).toBe("r11999");
  expect(model.active.length).toBeLessThanOrEqual(activeCapacity);
  expect(model.active.length).toBeGreaterThan(activeCapacity - 5);
});
