// What requests have in common with others, worked out once for all that are alike.
import { type Tariff, tariffOf } from "../../engine/cost";
import type { Price } from "../../engine/prices";
import type { Attempt } from "../../engine/types";
import type { RequestRecord } from "../record";
import { showName } from "../show-name";
import { shapeOf } from "./shape";
import type { Service } from "./types";

/** null: nobody knows it. */
export type PriceOf = (model: string) => Price | null;

export interface Kind {
  service: Service;
  /** All that rows share, as one text; see `shapeOf`. */
  shape: string;
  /** Of the model that served; null: none did, or nobody knows its price. */
  tariff: Tariff | null;
}

interface KnownKind {
  kind: Kind;
  record: RequestRecord;
  isDirect: boolean;
}

/** Names come from clients. */
const longestClient = 64;
/** No product of a user agent is longer. */
const longestProduct = 1024;
/** People use a handful of clients and models at a time. */
const mostKnown = 8;

export class Kinds {
  readonly #priceOf: PriceOf;
  /** The latest first. */
  #known: KnownKind[] = [];

  constructor(priceOf: PriceOf) {
    this.#priceOf = priceOf;
  }

  of(record: RequestRecord): Kind {
    const isDirect = isDirectlyServed(record);
    for (const known of this.#known) {
      if (known.isDirect !== isDirect || !isAlike(known.record, record)) continue;
      if (isDirect || known.kind.service === serviceOf(record)) return known.kind;
    }
    const kind = kindOf(record, this.#priceOf);
    this.#known.unshift({ kind, record, isDirect });
    if (this.#known.length > mostKnown) this.#known.pop();
    return kind;
  }

  /** To be called when prices have changed. */
  forget(): void {
    this.#known = [];
  }
}

export function kindOf(record: RequestRecord, priceOf: PriceOf): Kind {
  const { modelServed, stopReason, usage } = record;
  const service = serviceOf(record);
  const shape = shapeOf({
    ...record,
    client: productOf(record.client),
    modelAsked: showName(record.modelAsked),
    modelServed: modelServed === null ? null : showName(modelServed),
    stopReason: stopReason === null ? null : showName(stopReason),
    service,
    tokens: usage,
  });
  return { service, shape, tariff: modelServed === null ? null : tariffFor(modelServed, record, priceOf) };
}

/** What `model` costs on the terms of a request; null: nobody knows. */
export function tariffFor(
  model: string,
  { provider, usage }: RequestRecord,
  priceOf: PriceOf,
): Tariff | null {
  const price = provider === null ? null : priceOf(model);
  if (provider === null || price === null) return null;
  return tariffOf(price, { provider, tier: usage.tier, geo: usage.geo });
}

/** The first key that was asked served: nothing of the attempts makes a difference. */
function isDirectlyServed({ attempts, key }: RequestRecord): boolean {
  return attempts.length === 1 && attempts[0]?.key === key;
}

function isAlike(one: RequestRecord, other: RequestRecord): boolean {
  return (
    one.modelAsked === other.modelAsked &&
    one.modelServed === other.modelServed &&
    one.key === other.key &&
    one.client === other.client &&
    one.status === other.status &&
    one.stopReason === other.stopReason &&
    one.state === other.state &&
    one.stream === other.stream &&
    one.profile === other.profile &&
    one.endpoint === other.endpoint &&
    one.provider === other.provider &&
    one.usage.estimated === other.usage.estimated &&
    one.usage.tier === other.usage.tier &&
    one.usage.geo === other.usage.geo
  );
}

/** The first product of a user agent (RFC 9110, 10.1.5): `claude-cli/2.1.0` of `claude-cli/2.1.0 (external, cli)`. */
export function productOf(userAgent: string): string {
  const product = /^[\x21-\x7e]+/.exec(userAgent.slice(0, longestProduct))?.[0];
  return product === undefined ? "unknown" : showName(product, longestClient);
}

/** A key that a person paused, or whose token is missing, was not passed over because of a failure. */
const notMissed = new Set<Attempt["reason"]>(["disabled", "token_missing"]);

function serviceOf(record: RequestRecord): Service {
  const { endpoint, state, key, modelAsked, modelServed, attempts } = record;
  const isPassed = endpoint === "models" || endpoint === "other";
  if (state === "cancelled") return "cancelled";
  if (state !== "complete") return "failed";
  // Models are listed without any key as well.
  if (key === null) return isPassed ? "asked" : "failed";
  if (!isPassed && modelServed !== modelAsked) return "fell_back";
  const moved = attempts.some((attempt) => attempt.key !== key && !notMissed.has(attempt.reason));
  return moved ? "rotated" : "asked";
}
