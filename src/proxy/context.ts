// What a request finds around it: the config it began with and the state that all requests share.
import type { Config, Profile } from "../config/types";
import type { Candidate, KeyId } from "../engine/types";
import type { BodyCapture } from "../state/body-capture";
import type { RequestBus } from "../state/bus";
import type { Clock } from "../state/clock";
import type { KeyPool } from "../state/pool";
import type { WaitQueue } from "../state/queue";
import type { SessionBindings } from "../state/sessions";
import type { BaseUrl } from "./base-url";
import type { LocalCounter } from "./count/local-counter";
import type { ConnectionPool } from "./http1/connection-pool";
import type { Journey } from "./journey";
import type { LearntLessons } from "./learnt-lessons";
import type { ModelCache } from "./list-models";
import type { ObjectOwners } from "./object-owners";
import type { AskedRequest } from "./read-request";
import type { Credential } from "./upstream-headers";

/** A key that can be asked: where, and with which secret. */
export interface UsableKey {
  id: KeyId;
  base: BaseUrl;
  credential: Credential;
  /** OpenAI keys only: the dialect that its server speaks. */
  api: "responses" | "chat" | null;
  /** A ChatGPT subscription's token, which has a backend of its own. */
  chatGpt: boolean;
}

export interface ProxyContext {
  /**
   * What a request of the profile would find now. A request keeps the settings that it began with; which keys there are,
   * in which order, it asks anew at every step. The context itself unless the config was changed since.
   */
  current(): ProxyContext;
  readonly config: Config;
  readonly profile: Profile;
  readonly candidates: readonly Candidate[];
  /** Keys whose secret could be read; the pool never offers another. */
  readonly keys: ReadonlyMap<KeyId, UsableKey>;
  readonly clock: Clock;
  readonly pool: KeyPool;
  readonly queue: WaitQueue;
  readonly sessions: SessionBindings;
  readonly owners: ObjectOwners;
  readonly models: ModelCache;
  readonly lessons: LearntLessons;
  readonly counter: LocalCounter;
  readonly connections: ConnectionPool;
  readonly bus: RequestBus;
  /** Keeps bodies for debugging while that is switched on. */
  readonly capture: BodyCapture;
  /** Requests under way, to be waited for or ended at a shutdown. */
  readonly journeys: Set<Journey>;
  readonly chance: () => number;
  /** Of this program, for the user agent. */
  readonly version: string;
  /** Something happened that cannot happen: for the log. */
  readonly reportBug: (error: unknown) => void;
}

/** A request that was read, with everything around it. */
export interface PendingRequest {
  readonly asked: AskedRequest;
  readonly journey: Journey;
  readonly context: ProxyContext;
}
