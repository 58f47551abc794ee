// Remembers which key, model and provider last served each conversation.
import { modelFamily } from "../engine/models";
import type { KeyId, Provider, Timestamp } from "../engine/types";
import { LruMap } from "./lru-map";

export interface Served {
  key: KeyId;
  model: string;
  provider: Provider;
}

interface Binding extends Served {
  warmUntil: Timestamp;
  /** Key, model or provider changed at least once in this conversation. */
  moved: boolean;
}

interface KnownBinding extends Binding {
  /** `warmUntil` as it was told last. */
  toldUntil: Timestamp;
}

/** A binding with its name, as it outlives the process. */
export interface StoredBinding extends Binding {
  id: string;
}

/** Nearly every request keeps its conversation warm for a bit longer: that is told no more often than this. */
const tellEveryMs = 10_000;

/** A model that is no Claude is its own family, and its name comes from the client. */
const longestFamily = 128;

/** Bindings per (conversation, family of the asked model); the least recently used go first. */
export class SessionBindings {
  readonly #bindings: LruMap<KnownBinding>;
  readonly #now: () => Timestamp;
  readonly #onBind: ((binding: StoredBinding) => void) | undefined;

  /** `onBind` hears of every new binding and every move; how long one stays warm it knows within ten seconds. */
  constructor(options: {
    now: () => Timestamp;
    capacity?: number;
    onBind?: ((binding: StoredBinding) => void) | undefined;
  }) {
    this.#now = options.now;
    this.#onBind = options.onBind;
    this.#bindings = new LruMap(options.capacity ?? 10_000);
  }

  /** The key that the conversation stays with while its prompt cache is warm; null if none or if the cache is cold. */
  boundKey(conversation: string | null, askedModel: string): KeyId | null {
    const binding = this.#find(conversation, askedModel);
    return binding !== undefined && binding.warmUntil > this.#now() ? binding.key : null;
  }

  /** Whether the conversation's history comes (in part) from something else than what would serve it now. */
  hasMoved(conversation: string | null, askedModel: string, serving: Served): boolean {
    const binding = this.#find(conversation, askedModel);
    return binding !== undefined && (binding.moved || differs(binding, serving));
  }

  /** Notes that a request of the conversation was served. `warmMs`: see `cacheWarmMs`. */
  bind(conversation: string | null, askedModel: string, served: Served, warmMs: number): void {
    if (conversation === null) return;
    const id = bindingId(conversation, askedModel);
    const previous = this.#bindings.peek(id);
    const moved = previous !== undefined && (previous.moved || differs(previous, served));
    const { key, model, provider } = served;
    const warmUntil = this.#now() + warmMs;
    const isKnown =
      previous !== undefined &&
      previous.moved === moved &&
      !differs(previous, served) &&
      Math.abs(warmUntil - previous.toldUntil) < tellEveryMs;
    const toldUntil = isKnown ? previous.toldUntil : warmUntil;
    this.#bindings.set(id, { key, model, provider, warmUntil, moved, toldUntil });
    if (!isKnown) this.#onBind?.({ id, key, model, provider, warmUntil, moved });
  }

  /** Takes over the bindings of the process before, the coldest first; those made since are newer. */
  restore(stored: readonly StoredBinding[]): void {
    for (const { id, ...binding } of stored)
      if (this.#bindings.peek(id) === undefined)
        this.#bindings.set(id, { ...binding, toldUntil: binding.warmUntil });
  }

  get size(): number {
    return this.#bindings.size;
  }

  #find(conversation: string | null, askedModel: string): KnownBinding | undefined {
    return conversation === null ? undefined : this.#bindings.get(bindingId(conversation, askedModel));
  }
}

function bindingId(conversation: string, askedModel: string): string {
  return `${modelFamily(askedModel).slice(0, longestFamily)}\n${conversation}`;
}

function differs(one: Served, other: Served): boolean {
  return one.key !== other.key || one.model !== other.model || one.provider !== other.provider;
}
