// What a row says of a request besides its counts and times, worked out once for all requests that are alike.
import type { Attempt } from "../../engine/types";
import type { RequestRecord } from "../record";
import { showName } from "../show-name";
import { type ShapeFields, shapeOf } from "./shape";
import type { Service } from "./types";

export interface Names {
  /** Product of the client's user agent. */
  client: string;
  modelAsked: string;
  modelServed: string | null;
  stopReason: string | null;
  service: Service;
  /** All that rows share, as one text; see `shapeOf`. */
  shape: string;
}

/** Names come from clients. */
const longestClient = 64;
/** No product of a user agent is longer. */
const longestProduct = 1024;
/** People use a handful of clients and models at a time. */
const mostKnown = 8;

export class SharedNames {
  /** The latest first. */
  readonly #known: { record: RequestRecord; names: Names }[] = [];

  of(record: RequestRecord): Names {
    const service = serviceOf(record);
    for (const known of this.#known)
      if (known.names.service === service && isAlike(known.record, record)) return known.names;
    const names = nameRequest(record, service);
    this.#known.unshift({ record, names });
    if (this.#known.length > mostKnown) this.#known.pop();
    return names;
  }
}

export function nameRequest(record: RequestRecord, service = serviceOf(record)): Names {
  const { modelServed, stopReason, usage } = record;
  const names = {
    client: productOf(record.client),
    modelAsked: showName(record.modelAsked),
    modelServed: modelServed === null ? null : showName(modelServed),
    stopReason: stopReason === null ? null : showName(stopReason),
    service,
  };
  const fields: ShapeFields = { ...record, ...names, tokens: usage };
  return { ...names, shape: shapeOf(fields) };
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
    one.usage.estimated === other.usage.estimated
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
