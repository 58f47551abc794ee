import { expect, test } from "bun:test";
import { EventBus, RequestBus } from "../../src/state/bus";
import type { RequestEvent } from "../../src/state/record";
import { requestRecord } from "../support/request-records";

const trying = { type: "trying", id: "one", key: "alpha", model: "opus" } as const;
const finished = { type: "finished", record: requestRecord() } as const;

const fail = (error: unknown): never => {
  throw error;
};

test("there is an audience while somebody listens", () => {
  const bus = new EventBus<string>(fail);
  expect(bus.audience).toBeNull();
  const heard: string[] = [];
  const end = bus.subscribe((event) => heard.push(event));
  bus.audience?.emit("while it listens");
  end();
  bus.audience?.emit("afterwards");
  expect(heard).toEqual(["while it listens"]);
  expect(bus.audience).toBeNull();
});

test("a listener that throws is reported, and the others hear", () => {
  const errors: unknown[] = [];
  const heard: string[] = [];
  const bus = new EventBus<string>((error) => errors.push(error));
  bus.subscribe(() => {
    throw new Error("broken");
  });
  bus.subscribe((event) => heard.push(event));
  bus.emit("an event");
  expect(heard).toEqual(["an event"]);
  expect(errors).toEqual([new Error("broken")]);
});

test("who listens to ends hears no steps, and steps have no audience because of it; who wants all hears both in order", () => {
  const bus = new RequestBus(fail);
  const ends: RequestEvent[] = [];
  const all: RequestEvent[] = [];
  bus.ends.subscribe((event) => ends.push(event));
  expect(bus.steps.audience).toBeNull();
  const stop = bus.subscribe((event) => all.push(event));
  bus.steps.audience?.emit(trying);
  bus.ends.emit(finished);
  stop();
  expect(bus.steps.audience).toBeNull();
  bus.ends.emit(finished);
  expect(ends).toEqual([finished, finished]);
  expect(all).toEqual([trying, finished]);
});
