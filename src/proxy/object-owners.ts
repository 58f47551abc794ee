// Remembers which key made an object that the upstream holds (a file, a batch, a container, a message of a thread).
import type { KeyId } from "../engine/types";

const capacity = 10_000;

/** Bounded; the least recently used are forgotten first. */
export class ObjectOwners {
  readonly #owners = new Map<string, KeyId>();

  note(objectId: string, key: KeyId): void {
    this.#owners.delete(objectId);
    this.#owners.set(objectId, key);
    if (this.#owners.size <= capacity) return;
    for (const oldest of this.#owners.keys()) {
      this.#owners.delete(oldest);
      break;
    }
  }

  /** The key that made one of the objects; null if none of them is known. */
  find(objectIds: Iterable<string>): KeyId | null {
    for (const id of objectIds) {
      const owner = this.#owners.get(id);
      if (owner === undefined) continue;
      this.note(id, owner);
      return owner;
    }
    return null;
  }
}
