// The last deliberate changes of the config, so that they can be taken back. In memory only: they hold tokens.
import type { DocumentChange } from "../config/undo-change";
import { CfError } from "../errors";

const most = 50;

export class UndoList {
  readonly #changes = new Map<string, DocumentChange>();

  /** Returns the name by which the change is found; null for one that changed nothing. */
  add(change: DocumentChange): string | null {
    if (Bun.deepEquals(change.before, change.after, true)) return null;
    const name = crypto.randomUUID();
    this.#changes.set(name, change);
    for (const oldest of this.#changes.keys()) {
      if (this.#changes.size <= most) break;
      this.#changes.delete(oldest);
    }
    return name;
  }

  /** Throws a CfError `undo_unknown` for a name that is not, or no longer, known. */
  find(name: string): DocumentChange {
    const change = this.#changes.get(name);
    if (change !== undefined) return change;
    throw new CfError("undo_unknown", "This change cannot be taken back any more.", {
      hint: "Change the config by hand.",
    });
  }
}
