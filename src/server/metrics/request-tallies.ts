// Counts finished requests for `/metrics`: a few additions a request, everything else when somebody asks.
import { decodeAttempts } from "../../state/ledger/attempts-text";
import type { FinishedRows } from "../../state/ledger/finished-rows";
import { place, width } from "../../state/ledger/row-batch";
import type { Shape } from "../../state/ledger/shape";
import { isNull, type ShapeSums, valueAt } from "../../state/ledger/sum-batch";
import { Buckets, Tally } from "./tally";

/** Model names come from clients: beyond this many they count as "other". */
const mostModels = 100;
const durations = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const firstBytes = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120];
const waits = [0.1, 0.5, 1, 5, 10, 30, 60, 90, 300];

const zero = () => 0;

/** In the order in which they are told. */
export const tokenKinds = ["input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "reasoning"];

/** What rows of one shape add to, found once for all of them. */
interface Kind {
  shape: Shape;
  /** null: their times are not counted. */
  duration: Buckets | null;
  firstByte: Buckets | null;
  plainAttempts: number;
}

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

  add({ batch, sums }: FinishedRows): void {
    const kinds = sums.map((each) => this.#addSums(each));
    const { numbers, texts } = batch;
    for (let start = 0; start < numbers.length; start += width) {
      const kind = kinds[numbers[start + place.shape] as number] as Kind;
      const queuedMs = valueAt(numbers, start + place.queuedMs);
      if (queuedMs >= 1) this.queueWait.of(kind.shape.profile).value.add(queuedMs / 1000);
      if (kind.duration !== null) this.#addTimes(numbers, start, kind, kind.duration);
      if (!isNull(numbers, start + place.attemptMs)) kind.plainAttempts += 1;
      const attempts = texts[numbers[start + place.attempts] as number];
      if (attempts !== undefined) this.#addAttempts(attempts, kind.shape);
    }
    for (const { shape, plainAttempts } of kinds)
      if (plainAttempts > 0) this.attempts.of(shape.key, shape.provider, "ok").value += plainAttempts;
  }

  #addSums({ shape, totals, priced }: ShapeSums): Kind {
    const { profile, endpoint, key, service } = shape;
    const provider = providerOf(shape);
    const model = this.#nameOf(shape.modelServed || shape.modelAsked || "none");
    this.requests.of(profile, endpoint, provider, model, service).value += totals.requests;
    addEach(this.tokens.of(provider, model).value, [
      totals.inputTokens,
      totals.outputTokens,
      totals.cacheReadTokens,
      totals.cacheWrite5mTokens,
      totals.cacheWrite1hTokens,
      totals.reasoningTokens,
    ]);
    if (totals.unpriced > 0) this.unpriced.of(model).value += totals.unpriced;
    if (priced > 0 && key !== "") this.cost.of(key, provider, model).value += totals.costUsd;
    if (priced > 0) this.cacheSaved.of(provider, model).value += totals.cacheSavedUsd;
    const isTimed = endpoint === "messages" && shape.state === "complete";
    const duration = isTimed ? this.duration.of(profile, provider).value : null;
    return { shape, duration, firstByte: null, plainAttempts: 0 };
  }

  #addTimes(numbers: Float64Array, start: number, kind: Kind, duration: Buckets): void {
    duration.add(valueAt(numbers, start + place.totalMs) / 1000);
    if (isNull(numbers, start + place.firstByteMs)) return;
    kind.firstByte ??= this.firstByte.of(kind.shape.profile, providerOf(kind.shape)).value;
    kind.firstByte.add(valueAt(numbers, start + place.firstByteMs) / 1000);
  }

  #addAttempts(text: string, shape: Shape): void {
    const served = shape.service !== "failed" && shape.service !== "cancelled";
    for (const { key, provider, reason, skipped } of decodeAttempts(text, shape)) {
      if (skipped) continue;
      this.attempts.of(key, provider, reason).value += 1;
      if (served && reason !== "ok") this.hiddenErrors.of(provider, reason).value += 1;
    }
  }

  #nameOf(model: string): string {
    if (this.#models.has(model)) return model;
    if (this.#models.size >= mostModels) return "other";
    this.#models.add(model);
    return model;
  }
}

function providerOf({ provider }: Shape): string {
  return provider || "none";
}

function addEach(sums: number[], more: readonly number[]): void {
  for (const [index, value] of more.entries()) sums[index] = (sums[index] ?? 0) + value;
}
