// The one place where the proxy's parts are made and joined.
import type { Config, Profile } from "../config/types";
import { listCandidates } from "../engine/order";
import type { KeyId } from "../engine/types";
import { parseBaseUrl } from "../proxy/base-url";
import type { ProxyContext, UsableKey } from "../proxy/context";
import { ConnectionPool } from "../proxy/http1/connection-pool";
import type { Journey } from "../proxy/journey";
import { ModelCache } from "../proxy/list-models";
import { ObjectOwners } from "../proxy/object-owners";
import { RequestBus } from "../state/bus";
import { type Clock, systemClock } from "../state/clock";
import { KeyPool } from "../state/pool";
import { WaitQueue } from "../state/queue";
import { SessionBindings } from "../state/sessions";

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
      connections: this.#connections,
      bus: this.bus,
      journeys: this.journeys,
      chance: Math.random,
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
  for (const { id, provider, type, baseUrl } of config.keys.values()) {
    const resolved = tokens.get(id);
    if (resolved === undefined || "missing" in resolved) continue;
    const base = parseBaseUrl(
      baseUrl ?? (provider === "anthropic" ? config.anthropicBaseUrl : config.openaiBaseUrl),
    );
    usable.set(id, { id, base, credential: { provider, type, token: resolved.token } });
  }
  return usable;
}
