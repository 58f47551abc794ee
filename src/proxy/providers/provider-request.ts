// How a provider is asked with one key and model: the same over all retries.
import type { Overflow } from "../../engine/types";
import type { AnswerSource } from "../answer-source";

export interface SendOptions {
  /** Until the first event or body byte, in milliseconds. */
  firstByteMs: number;
  /** Avoid reused connections. */
  fresh: boolean;
}

export interface ProviderRequest {
  /** What was changed or left out for this target, in words for the record. */
  readonly adjusted: readonly string[];
  /** Thinking was taken out of the history. */
  readonly thinkingRemoved: boolean;
  send(options: SendOptions): AnswerSource;
  /** The history goes out without its thinking blocks from now on. */
  removeThinking(): void;
  /** Takes in a refusal of the request's own content; true if that makes another try worth it. */
  learn(errorBody: string): boolean;
}

/** The target cannot take the request at all; `unsuitable` says why. */
export interface Unsuitable {
  unsuitable: string;
  /** Set if the request is longer than the target's context window. */
  overflow?: Overflow;
}
