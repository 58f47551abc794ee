// What a delivery needs of an attempt, whether its bytes pass as they are or are translated on the way.
import type { Outcome } from "../engine/types";
import type { Producer } from "./client-stream";
import type { Failure } from "./http1/connection";
import type { HeaderPairs } from "./response-headers";
import type { AnswerFacts } from "./usage";

/** Takes the body of a committed answer: what came before `deliver` first, then the rest as it arrives. */
export interface BodySink {
  onData(chunk: Uint8Array): void;
  onEnd(): void;
  onFail(failure: Failure): void;
  /** The upstream gave a sign of life that is nothing for the client. */
  onHeartbeat?(): void;
}

/** What is known of an event stream so far. */
export interface EventFacts extends AnswerFacts {
  /** `message_stop` has passed: the answer is whole. */
  readonly stopped: boolean;
  /** Data of the `error` event, if one has passed. */
  readonly errorData: string | null;
}

export interface AnswerSource extends Producer {
  /** Resolves once, when it is known what this attempt brought. Never rejects. */
  readonly outcome: Promise<Outcome>;
  /** As the client gets them. */
  readonly status: number;
  readonly headers: HeaderPairs;
  /** null for every body that is no event stream. */
  readonly tap: EventFacts | null;
  /** What is known of a translated answer that is no event stream; absent: its bytes tell everything. */
  readonly facts?: AnswerFacts | null;
  /** The whole body if it is here already, else null. Takes it away. */
  takeWhole(): Uint8Array | null;
  deliver(sink: BodySink): void;
  /** Stops the attempt in whatever phase it is; the upstream sees its connection close. */
  abort(): void;
}
