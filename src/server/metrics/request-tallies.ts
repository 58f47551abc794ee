// Counts finished requests for `/metrics`: a few additions a request, everything else when somebody asks.

import { isUnpriced } from "../../state/ledger/totals";
import type { RequestRow } from "../../state/ledger/types";
import { Buckets, Tally } from "./tally";

/** Model names come from clients: beyond this many they count as "other". */
const mostModels = 100;
const durations = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const firstBytes = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120];
const waits = [0.1, 0.5, 1, 5, 10, 30, 60, 90, 300];

const zero = () => 0;

/** In the order in which they are told. */
export const tokenKinds = ["input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "reasoning"];

export class RequestTallies {
  readonly requests = new Tally(["profile", "endpoint", "provider", "model", "service"], zero);
  readonly attempts = new Tally(["key", "provider", "reason"], zero);
  readonly hiddenErrors = new Tally(["provider", "reason"], zero);
  /** By kind. */
  readonly tokens = new Tally(["provider", "model"], () => tokenKinds.map(zero));
  readonly cost = new Tally(["key", "provider", "model"], zero);
  readonly cacheSaved = new Tally(["provider", "model"], zero);
  readonly unpriced = new Tally(["model"], zero);
  readonly duration = new Tally(["profile", "provider"], () => new Buckets(durations));
  readonly firstByte = new Tally(["profile", "provider"], () => new Buckets(firstBytes));
  readonly queueWait = new Tally(["profile"], () => new Buckets(waits));
  readonly #models = new Set<string>();

  add(row: RequestRow): void {
    const { profile, service, key, costUsd, cacheSavedUsd, queuedMs } = row;
    const provider = row.provider ?? "none";
    const model = this.#nameOf((row.modelServed ?? row.modelAsked) || "none");
    this.requests.of(profile, row.endpoint, provider, model, service).value += 1;
    this.#addAttempts(row);
    this.#addTokens(row, provider, model);
    if (costUsd !== null && key !== null) this.cost.of(key, provider, model).value += costUsd;
    if (cacheSavedUsd !== null) this.cacheSaved.of(provider, model).value += cacheSavedUsd;
    if (queuedMs >= 1) this.queueWait.of(profile).value.add(queuedMs / 1000);
    if (row.endpoint !== "messages" || row.state !== "complete") return;
    this.duration.of(profile, provider).value.add(row.totalMs / 1000);
    if (row.firstByteMs !== null) this.firstByte.of(profile, provider).value.add(row.firstByteMs / 1000);
  }

  #addAttempts({ attempts, service }: RequestRow): void {
    const served = service !== "failed" && service !== "cancelled";
    for (const { key, provider, reason, skipped } of attempts) {
      if (skipped) continue;
      this.attempts.of(key, provider, reason).value += 1;
      if (served && reason !== "ok") this.hiddenErrors.of(provider, reason).value += 1;
    }
  }

  #addTokens(row: RequestRow, provider: string, model: string): void {
    const { tokens } = row;
    const { value } = this.tokens.of(provider, model);
    add(value, 0, tokens.input);
    add(value, 1, tokens.output);
    add(value, 2, tokens.cacheRead);
    add(value, 3, tokens.cacheWrite5m);
    add(value, 4, tokens.cacheWrite1h);
    add(value, 5, tokens.reasoning);
    if (isUnpriced(row)) this.unpriced.of(model).value += 1;
  }

  #nameOf(model: string): string {
    if (this.#models.has(model)) return model;
    if (this.#models.size >= mostModels) return "other";
    this.#models.add(model);
    return model;
  }
}

function add(sums: number[], kind: number, count: number | null): void {
  if (count !== null) sums[kind] = (sums[kind] ?? 0) + count;
}
