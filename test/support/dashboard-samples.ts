// Whole values of the dashboard's contract for tests; a test names only the fields that matter to it.
import type {
  ActiveRequest,
  AttemptRow,
  KeyView,
  LiveEvent,
  RequestRow,
  Snapshot,
  Totals,
} from "../../src/server/contract";
import { noTotals as makeTotals } from "../../src/state/ledger/totals";

export const sampleTime = Date.parse("2026-11-26T12:00:00Z");

export function sampleIso(offsetMs = 0): string {
  return new Date(sampleTime + offsetMs).toISOString();
}

export function sampleKey(fields: Partial<KeyView> = {}): KeyView {
  const id = fields.id ?? "personal";
  return {
    id,
    label: id,
    provider: "anthropic",
    type: "api-key",
    state: "ready",
    reason: null,
    until: null,
    cooldowns: [],
    enabled: true,
    token: "…AAAA",
    source: "config",
    baseUrl: null,
    api: null,
    group: null,
    serving: [],
    limits: [],
    lastUsedAt: null,
    today: { requests: 0, costUsd: 0 },
    ...fields,
  };
}

export function sampleAttempt(fields: Partial<AttemptRow> = {}): AttemptRow {
  return {
    key: "personal",
    model: "claude-opus-4-6",
    provider: "anthropic",
    status: 200,
    reason: "ok",
    words: "ok",
    until: null,
    startMs: 0,
    ms: 100,
    skipped: false,
    adjusted: [],
    ...fields,
  };
}

export function sampleRow(fields: Partial<RequestRow> = {}): RequestRow {
  return {
    id: "req_cf_1",
    at: sampleIso(),
    profile: "default",
    endpoint: "messages",
    target: null,
    refusal: null,
    session: null,
    client: "claude-cli/2.1.0",
    stream: true,
    modelAsked: "claude-opus-4-6",
    modelServed: "claude-opus-4-6",
    provider: "anthropic",
    key: "personal",
    service: "asked",
    status: 200,
    state: "complete",
    stopReason: "end_turn",
    tokens: {
      input: 12,
      output: 7,
      cacheRead: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      reasoning: null,
      estimated: false,
    },
    costUsd: 0.001,
    cacheSavedUsd: 0,
    queuedMs: 0,
    firstByteMs: 80,
    totalMs: 120,
    attempts: [sampleAttempt()],
    ...fields,
  };
}

export function sampleActive(fields: Partial<ActiveRequest> = {}): ActiveRequest {
  return {
    id: "req_cf_1",
    at: sampleIso(),
    profile: "default",
    client: "claude-cli/2.1.0",
    modelAsked: "claude-opus-4-6",
    stream: true,
    phase: "trying",
    key: null,
    model: null,
    attempts: 0,
    until: null,
    ...fields,
  };
}

export const noTotals: Totals = makeTotals();

export function sampleSnapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    seq: 10,
    instance: "one",
    version: "2.0.0",
    now: sampleIso(),
    startedAt: sampleIso(-60_000),
    status: "ok",
    configHash: "hash",
    configError: null,
    warnings: [],
    profiles: [
      {
        name: "default",
        port: 4080,
        url: "http://127.0.0.1:4080",
        error: null,
        keyOrder: ["personal", "work"],
        explicitOrder: true,
        modelFallback: {},
        ownFallback: false,
      },
    ],
    keys: [sampleKey(), sampleKey({ id: "work", label: "Work" })],
    queue: [],
    active: [],
    recent: [],
    today: noTotals,
    capture: { on: false, held: 0, capacity: 20 },
    ...fields,
  };
}

type WithoutFrame<Event> = Event extends LiveEvent ? Omit<Event, "seq" | "at"> : never;

export function sampleEvent(seq: number, event: WithoutFrame<LiveEvent>): LiveEvent {
  return { seq, at: sampleIso(), ...event } as LiveEvent;
}
