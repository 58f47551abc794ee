// The one place where the proxy's parts are made and joined, and where a changed config takes the place of the old one.
import { recognizeToken } from "../config/recognize-token";
import type { Config, Key } from "../config/types";
import { listCandidates } from "../engine/order";
import type { KeyId, Provider } from "../engine/types";
import { parseBaseUrl } from "../proxy/base-url";
import type { ProxyContext, UsableKey } from "../proxy/context";
import { LocalCounter } from "../proxy/count/local-counter";
import { ConnectionPool } from "../proxy/http1/connection-pool";
import type { Journey } from "../proxy/journey";
import { LearntLessons } from "../proxy/learnt-lessons";
import { ModelCache } from "../proxy/list-models";
import { ObjectOwners } from "../proxy/object-owners";
import { isChatGptToken } from "../proxy/providers/openai-key";
import { isReference } from "../redact";
import { BodyCapture } from "../state/body-capture";
import { EventBus, RequestBus } from "../state/bus";
import { type Clock, systemClock } from "../state/clock";
import type { KnownSecrets } from "../state/known-secrets";
import { Ledger } from "../state/ledger/ledger";
import { PriceList } from "../state/ledger/price-list";
import { type OpenedStore, retentionOf } from "../state/ledger/store/open-store";
import type { Restored } from "../state/ledger/store/protocol";
import { KeyWatch } from "../state/ledger/watch-keys";
import { KeyPool } from "../state/pool";
import { WaitQueue } from "../state/queue";
import { SessionBindings } from "../state/sessions";
import { version } from "../version";
import type { ConfigErrorReport } from "./health";

/** A key's secret, or in words why it cannot be read. */
export type ResolvedToken = { token: string } | { missing: string };

/** The config was changed, a bad edit of its file was seen or mended, or a port was opened or closed. */
export interface ConfigEvent {
  /** SHA-256 of the file whose content is in force; "absent" without a file. */
  hash: string;
  error: ConfigErrorReport | null;
}

/** A config with the secrets of its keys. */
export interface ResolvedConfig {
  config: Config;
  tokens: ReadonlyMap<KeyId, ResolvedToken>;
}

export interface RuntimeOptions extends ResolvedConfig {
  /** Is kept up to date with what must not be shown. */
  secrets: KnownSecrets;
  /**
   * Where the record of requests is kept, with what the process before left there; whoever opened it closes it. Absent: the
   * latest requests are known, nothing else.
   */
  store?: OpenedStore | undefined;
  /** Something happened that cannot happen: for the log. */
  reportBug: (error: unknown) => void;
}

export class Runtime {
  readonly startedAt: number;
  readonly pool: KeyPool;
  readonly queue: WaitQueue;
  readonly bus: RequestBus;
  readonly configBus: EventBus<ConfigEvent>;
  readonly ledger: Ledger;
  readonly journeys = new Set<Journey>();
  readonly capture = new BodyCapture();
  readonly lessons = new LearntLessons();
  readonly #counter: LocalCounter;
  readonly secrets: KnownSecrets;
  readonly reportBug: (error: unknown) => void;
  readonly #clock: Clock = systemClock;
  readonly connections = new ConnectionPool();
  readonly #sessions: SessionBindings;
  readonly #owners = new ObjectOwners();
  readonly #store: OpenedStore | null;
  #keyWatch: KeyWatch | null = null;
  #config: Config;
  #keys: ReadonlyMap<KeyId, UsableKey> = new Map();
  /** By name; one of a profile that was removed stays for the requests that it still has. */
  #contexts: ReadonlyMap<string, ProxyContext> = new Map();

  constructor({ config, tokens, secrets, store, reportBug }: RuntimeOptions) {
    this.#config = config;
    this.secrets = secrets;
    this.secrets.replace(everySecret({ config, tokens }));
    this.reportBug = reportBug;
    this.#counter = new LocalCounter({ reportBug });
    this.startedAt = this.#clock.now();
    this.pool = new KeyPool({
      config,
      secrets: secretsOf(tokens),
      now: this.#clock.now,
      chance: Math.random,
    });
    this.queue = new WaitQueue({ clock: this.#clock });
    this.bus = new RequestBus(reportBug);
    this.configBus = new EventBus<ConfigEvent>(reportBug);
    this.#sessions = new SessionBindings({
      now: this.#clock.now,
      onBind: store === undefined ? undefined : (binding) => store.client.setBinding(binding),
    });
    this.#join(config, tokens);
    const prices = new PriceList(() => this.config.prices);
    this.ledger = new Ledger({
      now: this.#clock.now,
      priceOf: prices.priceOf,
      store: store?.client ?? null,
      reportBug,
    });
    this.bus.ends.subscribe((event) => {
      if (event.type === "finished") this.ledger.add(event.record);
    });
    this.pool.subscribe((event) => {
      if (event.type === "usable") this.queue.wake();
    });
    this.#store = store ?? null;
    if (store !== undefined) this.#resume(store);
  }

  /** Goes on where the process before ended. */
  #resume({ client, restored, late }: OpenedStore): void {
    if (restored !== null) this.#takeOver(restored);
    void late.then((found) => {
      if (found !== null) this.#takeOver(found);
    });
    this.#keyWatch = new KeyWatch({
      pool: this.pool,
      clock: this.#clock,
      onState: (change) => client.addKeyState(change),
      onRests: (rests) => client.setRests(rests),
    });
    client.setRetention(retentionOf(this.#config));
  }

  /** At the start, or when the record was slow: what was learnt since then stays. */
  #takeOver(restored: Restored): void {
    this.pool.restoreRests(restored.cooldowns);
    this.#sessions.restore(restored.bindings);
    this.ledger.takeOver(restored);
    this.#keyWatch?.touch();
  }

  /** The one in force. */
  get config(): Config {
    return this.#config;
  }

  /** The keys whose secret is known, as new requests find them. */
  get keys(): ReadonlyMap<KeyId, UsableKey> {
    return this.#keys;
  }

  /**
   * Puts another config in force, in one step: whatever runs keeps its settings, whatever begins or waits finds the new
   * ones. The health of keys that did not change stays.
   */
  reconfigure({ config, tokens }: ResolvedConfig): void {
    this.secrets.replace(everySecret({ config, tokens }));
    this.#config = config;
    this.ledger.reprice();
    // What this brings back wakes the queue only after everything is in its place: waiters go on asynchronously.
    this.pool.reconfigure(config, secretsOf(tokens));
    this.#join(config, tokens);
    this.#keyWatch?.touch();
    this.#store?.client.setRetention(retentionOf(config));
  }

  /** What requests of a profile find around them. */
  context(profile: string): ProxyContext {
    const context = this.#contexts.get(profile);
    if (context === undefined) throw new Error(`profile ${profile} is not part of this runtime`);
    return context;
  }

  #join(config: Config, tokens: ReadonlyMap<KeyId, ResolvedToken>): void {
    for (const [id, resolved] of tokens) {
      this.pool.setTokenMissing(id, "missing" in resolved ? resolved.missing : null);
    }
    this.#keys = keepEqual(usableKeys(config, tokens), this.#keys);
    const shared = {
      config,
      keys: this.#keys,
      clock: this.#clock,
      pool: this.pool,
      queue: this.queue,
      sessions: this.#sessions,
      owners: this.#owners,
      // What the last config's upstreams said of their models may not hold for these.
      models: new ModelCache(),
      lessons: this.lessons,
      counter: this.#counter,
      connections: this.connections,
      bus: this.bus,
      capture: this.capture,
      journeys: this.journeys,
      chance: Math.random,
      version,
      reportBug: this.reportBug,
    };
    const inUse = new Set([...this.journeys].map((journey) => journey.profile));
    const removed = [...this.#contexts.values()]
      .map(({ profile }) => profile)
      .filter(({ name }) => inUse.has(name) && config.profiles.every((profile) => profile.name !== name));
    this.#contexts = new Map(
      [...config.profiles, ...removed].map((profile): [string, ProxyContext] => {
        const candidates = listCandidates(profile.keyOrder, config.keys);
        const context: ProxyContext = {
          ...shared,
          profile,
          candidates,
          current: () => this.#contexts.get(profile.name) ?? context,
        };
        return [profile.name, context];
      }),
    );
  }

  /** Ends what is still under way, and every upstream connection. */
  close(): void {
    for (const journey of [...this.journeys]) journey.stop();
    this.connections.close();
    this.ledger.settle();
    this.#keyWatch?.close();
  }
}

/** A key that is still the same stays the very object, so that whoever uses it can tell. */
function keepEqual(
  keys: ReadonlyMap<KeyId, UsableKey>,
  before: ReadonlyMap<KeyId, UsableKey>,
): Map<KeyId, UsableKey> {
  return new Map(
    [...keys].map(([id, key]) => {
      const known = before.get(id);
      return [id, known !== undefined && Bun.deepEquals(known, key) ? known : key];
    }),
  );
}

function secretsOf(tokens: ReadonlyMap<KeyId, ResolvedToken>): Map<KeyId, string> {
  return new Map(
    [...tokens].flatMap(([id, resolved]) =>
      "token" in resolved ? [[id, resolved.token] satisfies [KeyId, string]] : [],
    ),
  );
}

function everySecret({ config, tokens }: ResolvedConfig): string[] {
  const own = config.clientToken === null ? [] : [config.clientToken];
  return [...secretsOf(tokens).values(), ...own];
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
