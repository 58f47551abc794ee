// Remembers which key made an object that the upstream holds (a file, a batch, a container, a message of a thread).
import type { KeyId } from "../engine/types";
import { LruMap } from "../state/lru-map";

const capacity = 10_000;

export class ObjectOwners {
  readonly #owners = new LruMap<KeyId>(capacity);

  note(objectId: string, key: KeyId): void {
    this.#owners.set(objectId, key);
  }

  /** The key that made one of the objects; null if none of them is known. */
  find(objectIds: Iterable<string>): KeyId | null {
    for (const id of objectIds) {
      const owner = this.#owners.get(id);
      if (owner !== undefined) return owner;
    }
    return null;
  }
}
