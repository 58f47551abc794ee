// The one owner of key health: what rests, until when and why; which key serves; what it has left.
import type { Config, Key } from "../config/types";
import type { Availability, Endpoint, HeaderReader, KeyId, Timestamp, Verdict } from "../engine/types";
import { CooldownBook } from "./cooldown-book";
import { describeKey, type KeyState } from "./describe-key";
import { KeyHealth, type KnownLimits } from "./key-health";
import { LruMap } from "./lru-map";
import { restoreRests, type StoredRests, storeRests } from "./stored-rests";

export interface PoolOptions {
  config: Config;
  /** What the references among the tokens stand for now; the others speak for themselves. */
  secrets?: ReadonlyMap<KeyId, string>;
  now: () => Timestamp;
  /** 0..1, for the jitter of cooldowns. */
  chance: () => number;
}

/** `usable`: these keys came back before their time. `cooling`: they rest now; `until` is the latest end. */
export type PoolEvent =
  | { type: "usable"; keys: KeyId[] }
  | { type: "cooling"; keys: KeyId[]; until: Timestamp };
export type PoolListener = (event: PoolEvent) => void;

/** One attempt on a key. It notes against the key as it was when the attempt began, whatever a reload changes. */
export interface Lease {
  readonly key: KeyId;
  readonly startedAt: Timestamp;
  /** Takes in the verdict of the attempt; returns until when the key rests for this model, null if it does not. */
  note(verdict: Verdict, answer: { status: number | null; headers: HeaderReader | null }): Timestamp | null;
  /** The attempt, with its stream, is over. More than once does no harm. */
  end(): void;
}

export interface LeaseRequest {
  key: KeyId;
  model: string;
  endpoint: Endpoint;
  /** The step said that this attempt tries a key that rests. */
  probe?: boolean;
}

/** Keys that answer for the same organization although no group says so: rotating between them cannot help. */
export interface SharedOrganization {
  organization: string;
  keys: KeyId[];
}

const mostRemoved = 64;

export class KeyPool {
  #config: Config;
  #health = new Map<KeyId, KeyHealth>();
  /** Of keys that were taken out or got another token: an undo brings them back as they were. */
  readonly #removed = new LruMap<KeyHealth>(mostRemoved);
  readonly #now: () => Timestamp;
  readonly #chance: () => number;
  readonly #listeners = new Set<PoolListener>();

  constructor({ config, secrets = new Map(), now, chance }: PoolOptions) {
    this.#config = config;
    this.#now = now;
    this.#chance = chance;
    this.#health = this.#build(config, secrets);
  }

  /** Swaps the config. Keys that are still the same keep their health; a changed token starts healthy. */
  reconfigure(config: Config, secrets: ReadonlyMap<KeyId, string> = new Map()): void {
    const built = this.#build(config, secrets);
    for (const [id, health] of this.#health) if (built.get(id) !== health) this.#removed.set(id, health);
    this.#health = built;
    this.#config = config;
    this.#emit({ type: "usable", keys: [...config.keys.keys()] });
  }

  availability(id: KeyId, model: string, endpoint: Endpoint): Availability {
    const key = this.#config.keys.get(id);
    const health = this.#health.get(id);
    if (key === undefined || health === undefined) return unusable("disabled", "no longer configured");
    if (!key.enabled) return unusable("disabled", "paused");
    if (health.tokenMissing !== null) return unusable("token_missing", health.tokenMissing);
    return health.availability(model, endpoint, this.#now());
  }

  /** Begins an attempt: the key counts as serving until the lease ends. */
  begin({ key, model, endpoint, probe = false }: LeaseRequest): Lease {
    const health = this.#health.get(key) ?? new KeyHealth(key, "", new CooldownBook());
    const startedAt = this.#now();
    if (probe) health.markProbed(model, endpoint, startedAt);
    health.inFlight += 1;
    health.lastUsedAt = startedAt;
    let ended = false;
    return {
      key,
      startedAt,
      note: (verdict, { status, headers }) => {
        if (headers !== null) this.#readHeaders(health, model, endpoint, headers);
        return this.#note(health, verdict, { model, endpoint, status, startedAt });
      },
      end: () => {
        if (!ended) health.inFlight -= 1;
        ended = true;
      },
    };
  }

  /** Ends every rest of a key by hand, with those it shares with its group. */
  clear(id: KeyId): void {
    const health = this.#health.get(id);
    if (health === undefined) return;
    health.own.clear();
    health.shared.clear();
    this.#emit({ type: "usable", keys: this.#sharing(health) });
  }

  /** Takes a key out while its token cannot be read (`words` says why), and back in with null. */
  setTokenMissing(id: KeyId, words: string | null): void {
    const health = this.#health.get(id);
    if (health === undefined || health.tokenMissing === words) return;
    health.tokenMissing = words;
    if (words === null) this.#emit({ type: "usable", keys: [id] });
  }

  /** What rests, key by key, for the next process. */
  storedRests(): StoredRests[] {
    const now = this.#now();
    return this.#each((_, health) => storeRests(health, now));
  }

  /** Takes over what still rests of the process before. */
  restoreRests(stored: readonly StoredRests[]): void {
    const now = this.#now();
    for (const rests of stored) {
      const health = this.#health.get(rests.key);
      if (health !== undefined) restoreRests(health, rests, now);
    }
  }

  keyStates(): KeyState[] {
    const now = this.#now();
    return this.#each((key, health) => describeKey(key, health, now));
  }

  /** Requests in flight on a key. */
  inFlight(id: KeyId): number {
    return this.#health.get(id)?.inFlight ?? 0;
  }

  /** When the last attempt on a key began; null: none since the start. */
  lastUsedAt(id: KeyId): Timestamp | null {
    return this.#health.get(id)?.lastUsedAt ?? null;
  }

  /** What a key's last answers said is left, by model. */
  limits(id: KeyId): KnownLimits[] {
    return this.#health.get(id)?.limits ?? [];
  }

  sharedOrganizations(): SharedOrganization[] {
    const members = new Map<string, Key[]>();
    this.#each((key, { organization }) => {
      if (organization !== null) members.set(organization, [...(members.get(organization) ?? []), key]);
    });
    return [...members]
      .filter(
        ([, keys]) =>
          keys.length > 1 && keys.some((key) => key.group === null || key.group !== keys[0]?.group),
      )
      .map(([organization, keys]) => ({ organization, keys: keys.map((key) => key.id) }));
  }

  /** Returns the function that ends the subscription. A key that comes back because its time is over sends nothing. */
  subscribe(listener: PoolListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #note(
    health: KeyHealth,
    verdict: Verdict,
    attempt: { model: string; endpoint: Endpoint; status: number | null; startedAt: Timestamp },
  ): Timestamp | null {
    const now = this.#now();
    const chance = this.#chance();
    const recovered = health.note({ ...attempt, verdict, now, chance, cooldownMs: this.#config.cooldownMs });
    const availability = health.availability(attempt.model, attempt.endpoint, now);
    const until = availability.usable ? null : availability.until;
    if (verdict.rests.length > 0 && until !== null) {
      this.#emit({ type: "cooling", keys: this.#sharing(health), until });
    }
    if (recovered && until === null) this.#emit({ type: "usable", keys: this.#sharing(health) });
    return until;
  }

  #readHeaders(health: KeyHealth, model: string, endpoint: Endpoint, headers: HeaderReader): void {
    health.organization = headers.get("anthropic-organization-id") ?? health.organization;
    if (endpoint === "messages") health.noteAnswer(model, headers, this.#now());
  }

  /** The same key keeps its very object: an attempt that is under way must not note into the void. */
  #build(config: Config, secrets: ReadonlyMap<KeyId, string>): Map<KeyId, KeyHealth> {
    const books = new Map<string, CooldownBook>();
    const built = new Map<KeyId, KeyHealth>();
    for (const key of config.keys.values()) {
      const identity = identityOf(key, config, secrets.get(key.id) ?? key.token);
      const known = [this.#health.get(key.id), this.#removed.peek(key.id)];
      const previous = known.find((health) => health?.identity === identity);
      const before = this.#config.keys.get(key.id);
      const stays = previous !== undefined && before !== undefined && groupOf(before) === groupOf(key);
      const book = books.get(groupOf(key)) ?? (stays ? previous.shared : new CooldownBook());
      books.set(groupOf(key), book);
      previous?.shareWith(book);
      built.set(key.id, previous ?? new KeyHealth(key.id, identity, book));
    }
    return built;
  }

  #sharing(health: KeyHealth): KeyId[] {
    const sharing = [...this.#health.values()].filter((other) => other.shared === health.shared);
    return sharing.length === 0 ? [health.id] : sharing.map((other) => other.id);
  }

  #each<Result>(visit: (key: Key, health: KeyHealth) => Result): Result[] {
    return [...this.#config.keys.values()].flatMap((key) => {
      const health = this.#health.get(key.id);
      return health === undefined ? [] : [visit(key, health)];
    });
  }

  #emit(event: PoolEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function unusable(reason: "disabled" | "token_missing", words: string): Availability {
  return { usable: false, reason, words, status: null, until: null, probe: false };
}

/** Keys outside a group are a group of one. */
function groupOf(key: Key): string {
  return JSON.stringify(key.group === null ? ["key", key.id] : ["group", key.provider, key.group]);
}

function identityOf(key: Key, config: Config, token: string): string {
  const ofOpenAi = key.type === "oauth" ? config.chatgptBaseUrl : config.openaiBaseUrl;
  const providerUrl = key.provider === "anthropic" ? config.anthropicBaseUrl : ofOpenAi;
  return JSON.stringify([key.provider, key.type, token, key.baseUrl ?? providerUrl]);
}
