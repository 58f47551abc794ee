import { expect, test } from "bun:test";
import { logRequests } from "../../src/daemon/log-requests";
import { RequestBus } from "../../src/state/bus";
import { attemptOf, requestRecord } from "../support/request-records";

test("a key that was passed over does not look as if it had been asked", () => {
  const lines: unknown[] = [];
  const bus = new RequestBus((error) => {
    throw error;
  });
  logRequests(bus, { writes: () => true, log: (_level, _message, fields) => lines.push(fields?.attempts) });
  const limited = { key: "spare", status: 429, reason: "rate_limited", words: "rate limited" } as const;
  const record = requestRecord({ attempts: [attemptOf({ ...limited, skipped: true, ms: 0 }), attemptOf()] });
  bus.ends.emit({ type: "finished", record });
  const model = "claude-opus-4-6";
  expect(lines).toEqual([
    [
      { ...limited, model, skipped: true },
      { key: "alpha", model, status: 200, reason: "ok", words: "ok", ms: 40 },
    ],
  ]);
});
