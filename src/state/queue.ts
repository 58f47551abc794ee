// Lets requests wait for a key to come back: first in, first out, one probe ahead of the rest.
import type { Timestamp } from "../engine/types";
import type { Clock } from "./clock";
import { Lane } from "./queue-lane";

export interface QueueRequest {
  profile: string;
  /** The asked model. */
  model: string;
  /** Requests that may use other keys or models (count_tokens, `x-cf-key`, `x-cf-fallback: off`) queue apart. */
  variant?: string;
  /** Waiting ends then at the latest. */
  deadline: Timestamp;
  /** The client's disconnect, or our shutdown. */
  signal: AbortSignal;
}

/**
 * go: decide anew, it is this request's turn. expired: the deadline is here, decide one last time. gone: the client
 * left; make no upstream call.
 */
export type WaitResult = "go" | "expired" | "gone";

/** A request's place. It is kept over several waits, so that a failed probe does not send the request to the end. */
export interface Place {
  /** Waits for this request's turn; `until` is the earliest return that `decide` saw. */
  wait(until: Timestamp): Promise<WaitResult>;
  /** The upstream answered: the ones behind may follow, in a short ramp. */
  succeeded(): void;
  /** The request is over, however it ended. Call it always; more than once does no harm. */
  leave(): void;
}

export interface QueueLength {
  profile: string;
  model: string;
  waiting: number;
  /** When the first one is expected to go on. */
  expectedAt: Timestamp | null;
}

export class WaitQueue {
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane>();

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Takes a place behind everybody who already has one. Costs nothing until `wait` is called. */
  enter(request: QueueRequest): Place {
    const id = laneId(request);
    const lane =
      this.#lanes.get(id) ??
      new Lane(request.profile, request.model, this.#clock, () => this.#lanes.delete(id));
    this.#lanes.set(id, lane);
    return lane.enter(request.deadline, request.signal);
  }

  /** Whether others wait for the same (or one of them probes just now): a newcomer must then wait its turn before it tries anything. */
  isBusy(request: Pick<QueueRequest, "profile" | "model" | "variant">): boolean {
    return this.#lanes.get(laneId(request))?.isBusy ?? false;
  }

  /** A key came back before its time, or the config changed: the first one of each lane decides anew. */
  wake(): void {
    for (const lane of this.#lanes.values()) lane.wake();
  }

  lengths(): QueueLength[] {
    const lengths = new Map<string, QueueLength>();
    for (const { profile, model, waiting, expectedAt } of this.#lanes.values()) {
      if (waiting === 0) continue;
      const id = JSON.stringify([profile, model]);
      const other = lengths.get(id);
      const earliest = [other?.expectedAt ?? null, expectedAt].filter((at) => at !== null);
      lengths.set(id, {
        profile,
        model,
        waiting: waiting + (other?.waiting ?? 0),
        expectedAt: earliest.length === 0 ? null : Math.min(...earliest),
      });
    }
    return [...lengths.values()];
  }
}

function laneId({ profile, model, variant }: Pick<QueueRequest, "profile" | "model" | "variant">): string {
  return JSON.stringify([profile, model, variant ?? ""]);
}
