// The one place where the proxy's parts are made and joined.
import { recognizeToken } from "../config/recognize-token";
import type { Config, Key, Profile } from "../config/types";
import { listCandidates } from "../engine/order";
import type { KeyId, Provider } from "../engine/types";
import { parseBaseUrl } from "../proxy/base-url";
import type { ProxyContext, UsableKey } from "../proxy/context";
import { ConnectionPool } from "../proxy/http1/connection-pool";
import type { Journey } from "../proxy/journey";
import { LearntLessons } from "../proxy/learnt-lessons";
import { ModelCache } from "../proxy/list-models";
import { ObjectOwners } from "../proxy/object-owners";
import { isChatGptToken } from "../proxy/providers/openai-key";
import { isReference } from "../redact";
import { RequestBus } from "../state/bus";
import { type Clock, systemClock } from "../state/clock";
import { KeyPool } from "../state/pool";
import { WaitQueue } from "../state/queue";
import { SessionBindings } from "../state/sessions";
import { version } from "../version";

/** A key's secret, or in words why it cannot be read. */
export type ResolvedToken = { token: string } | { missing: string };

export interface RuntimeOptions {
  config: Config;
  tokens: ReadonlyMap<KeyId, ResolvedToken>;
  /** Something happened that cannot happen: for the log. */
  reportBug: (error: unknown) => void;
}

export class Runtime {
  readonly startedAt: number;
  readonly pool: KeyPool;
  readonly queue: WaitQueue;
  readonly bus: RequestBus;
  readonly journeys = new Set<Journey>();
  readonly lessons = new LearntLessons();
  readonly config: Config;
  readonly reportBug: (error: unknown) => void;
  readonly #clock: Clock = systemClock;
  readonly #connections = new ConnectionPool();
  readonly #contexts: ReadonlyMap<string, ProxyContext>;

  constructor({ config, tokens, reportBug }: RuntimeOptions) {
    this.config = config;
    this.reportBug = reportBug;
    this.startedAt = this.#clock.now();
    this.pool = new KeyPool({ config, now: this.#clock.now, chance: Math.random });
    this.queue = new WaitQueue({ clock: this.#clock });
    this.bus = new RequestBus(reportBug);
    this.pool.subscribe((event) => {
      if (event.type === "usable") this.queue.wake();
    });
    for (const [id, resolved] of tokens) {
      if ("missing" in resolved) this.pool.setTokenMissing(id, resolved.missing);
    }
    const shared = {
      config,
      keys: usableKeys(config, tokens),
      clock: this.#clock,
      pool: this.pool,
      queue: this.queue,
      sessions: new SessionBindings({ now: this.#clock.now }),
      owners: new ObjectOwners(),
      models: new ModelCache(),
      lessons: this.lessons,
      connections: this.#connections,
      bus: this.bus,
      journeys: this.journeys,
      chance: Math.random,
      version,
      reportBug,
    };
    this.#contexts = new Map(
      config.profiles.map((profile) => {
        const candidates = listCandidates(profile.keyOrder, config.keys);
        return [profile.name, { ...shared, profile, candidates }];
      }),
    );
  }

  /** What requests of a profile find around them. */
  context(profile: Profile): ProxyContext {
    const context = this.#contexts.get(profile.name);
    if (context === undefined) throw new Error(`profile ${profile.name} is not part of this runtime`);
    return context;
  }

  /** Ends what is still under way, and every upstream connection. */
  close(): void {
    for (const journey of [...this.journeys]) journey.stop();
    this.#connections.close();
  }
}

function usableKeys(config: Config, tokens: ReadonlyMap<KeyId, ResolvedToken>): Map<KeyId, UsableKey> {
  const usable = new Map<KeyId, UsableKey>();
  for (const key of config.keys.values()) {
    const resolved = tokens.get(key.id);
    if (resolved === undefined || "missing" in resolved) continue;
    const { token } = resolved;
    // What a reference stands for shows its kind only now.
    const type = isReference(key.token) ? kindOf(token, key) : key.type;
    const chatGpt = isChatGptToken({ ...key, type }, token);
    const base = parseBaseUrl(key.baseUrl ?? providerUrl(config, key.provider, chatGpt));
    const credential = { provider: key.provider, type, token };
    usable.set(key.id, { id: key.id, base, credential, api: key.api, chatGpt });
  }
  return usable;
}

function providerUrl(config: Config, provider: Provider, chatGpt: boolean): string {
  if (provider === "anthropic") return config.anthropicBaseUrl;
  return chatGpt ? config.chatgptBaseUrl : config.openaiBaseUrl;
}

function kindOf(token: string, key: Key): Key["type"] {
  const recognized = recognizeToken(token);
  return recognized.ok && recognized.provider === key.provider ? recognized.type : key.type;
}
