// Records of finished requests as the journey tells them, from nothing but what a test cares about.
import type { Attempt } from "../../src/engine/types";
import { noUsage } from "../../src/proxy/usage";
import type { RequestRecord } from "../../src/state/record";

const opus = "claude-opus-4-6";

export function attemptOf(changes: Partial<Attempt> = {}): Attempt {
  return {
    key: "alpha",
    model: opus,
    provider: "anthropic",
    status: 200,
    reason: "ok",
    words: "ok",
    until: null,
    startMs: 3,
    ms: 40,
    skipped: false,
    ...changes,
  };
}

export function requestRecord(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: "req_cf_1",
    at: 1000,
    profile: "default",
    endpoint: "messages",
    target: null,
    session: "s",
    client: "claude-cli/2.1.0 (external, cli)",
    stream: true,
    modelAsked: opus,
    modelServed: opus,
    provider: "anthropic",
    key: "alpha",
    status: 200,
    state: "complete",
    stopReason: "end_turn",
    usage: { ...noUsage(), inputTokens: 10, outputTokens: 20 },
    queuedMs: 0.4,
    firstByteMs: 12.6,
    totalMs: 99.5,
    attempts: [attemptOf()],
    ...changes,
  };
}
