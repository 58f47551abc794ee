// The config as the page edits it: shown at once, taken back when refused, and never on top of what somebody else wrote.
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ConfigChanged, ConfigPatch, ConfigView } from "../../src/server/contract";
import { ApiFailure, type Call, wordsOf } from "../api";
import type { ApiPath } from "../api-path";
import type { Model } from "../model";
import type { Page } from "../page";
import type { Json } from "./merge-patch";
import { showPatch } from "./show-patch";

/** A change that a person asked for. */
export interface Edit {
  /** Said when it is done: "The queue waits 30 s." */
  words: string;
  path: ApiPath;
  method: NonNullable<Call["method"]>;
  body?: unknown;
  /** What it does to the document, for showing it at once and for telling what it touches. */
  patch: ConfigPatch;
  /** What it does to keys and profiles as they are shown; the events that follow say what has really become of them. */
  show?: (model: Model) => Partial<Shown>;
  /** Hash of the state that it was made for; absent: the one that is shown; null: any, it overwrites nothing. */
  ifMatch?: string | null;
}

/** Edits that were not made, because somebody else had changed the file meanwhile. */
export interface Conflict {
  edits: Edit[];
  before: Json;
  after: Json;
}

type Shown = Pick<Model, "keys" | "profiles">;
type Outcome = { done: true; answer: ConfigChanged } | { done: false; failure: ApiFailure | null };

const seenCapacity = 20;

export class ConfigStore {
  /** As it stands in the file, with the edits that are under way; null: not loaded yet. */
  readonly view: ReadonlySignal<ConfigView | null>;
  /** Why it could not be loaded. */
  readonly failure: Signal<string | null> = signal(null);
  readonly conflict: Signal<Conflict | null> = signal(null);
  readonly #page: Page;
  readonly #confirmed: Signal<ConfigView | null> = signal(null);
  readonly #waiting: Signal<Edit[]> = signal([]);
  /** Reads and writes come one after the other: each write names the hash that the one before it left. */
  #turn: Promise<unknown> = Promise.resolve();
  #isRefreshDue = false;
  /** Where our own writes led, from hash to hash: who knew the first knows the second. */
  readonly #ownSteps = new Map<string, string>();
  /** The latest states that were shown, by hash: what somebody began to edit may be some steps back. */
  readonly #seen = new Map<string, Json>();

  constructor(page: Page) {
    this.#page = page;
    this.view = computed(() => {
      const confirmed = this.#confirmed.value;
      if (confirmed === null) return null;
      return this.#waiting.value.reduce((view, { patch }) => showPatch(view, patch), confirmed);
    });
  }

  /** Hash of the state that is shown. */
  get hash(): string | undefined {
    return this.#confirmed.peek()?.hash ?? this.#page.model.peek()?.configHash;
  }

  /** Keeps the config up to date until the function it returns is called. */
  follow(): () => void {
    return this.#page.model.subscribe((model) => {
      if (model === null) return;
      const known = this.#confirmed.peek();
      if (known !== null && known.hash === model.configHash && isSame(known.error, model.configError)) return;
      this.#refreshSoon();
    });
  }

  /** Changes settings by a merge patch. */
  change(patch: ConfigPatch, words: string, more: Partial<Edit> = {}): Promise<boolean> {
    return this.write({ words, path: "/config", method: "PATCH", body: patch, patch, ...more });
  }

  /** Makes an edit; false: it was refused, and a person has been told. */
  async write(edit: Edit): Promise<boolean> {
    const outcome = await this.attempt(edit);
    if (outcome.done) return true;
    if (outcome.failure !== null) this.#page.toasts.show(outcome.failure.words, { tone: "error" });
    return false;
  }

  /** The same, for who tells of the failure himself. `failure` null: it is told already. */
  async attempt(edit: Edit): Promise<Outcome> {
    this.#waiting.value = [...this.#waiting.peek(), edit];
    const takeBack = this.#showEdit(edit);
    const outcome = await this.#inTurn(() => this.#send(edit));
    if (!outcome.done) takeBack();
    return outcome;
  }

  /** Takes a change back. */
  undo(name: string): Promise<void> {
    const { api, toasts } = this.#page;
    return this.#inTurn(async () => {
      try {
        await api.call("/config/undo", { method: "POST", body: { undo: name } });
        toasts.show("Undone.");
        await this.#refresh();
      } catch (error) {
        toasts.show(wordsOf(error), { tone: "error" });
      }
    });
  }

  /** Makes the edits of a conflict after all, on top of what is there now. */
  async reapply(): Promise<void> {
    const { conflict } = this;
    const edits = conflict.peek()?.edits ?? [];
    conflict.value = null;
    for (const { ifMatch: _, ...edit } of edits) await this.write(edit);
  }

  async #send(edit: Edit): Promise<Outcome> {
    const { path, method, body, words } = edit;
    const ifMatch = edit.ifMatch === null ? null : this.#descend(edit.ifMatch ?? this.hash);
    const conflict = this.conflict.peek();
    if (conflict !== null) {
      // Made in the belief that the edit before it would be.
      this.conflict.value = { ...conflict, edits: [...conflict.edits, edit] };
      this.#drop(edit);
      return { done: false, failure: null };
    }
    try {
      const call: Call = ifMatch == null ? { method, body } : { method, body, ifMatch };
      const answer = await this.#page.api.call<ConfigChanged>(path, call);
      if (ifMatch == null) await this.#refresh();
      else this.#confirm(edit, ifMatch, answer.hash);
      this.#drop(edit);
      void this.#inTurn(() => this.#refreshIfIdle());
      this.#tell(words, answer);
      return { done: true, answer };
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : new ApiFailure(0, { message: wordsOf(error) });
      const before = this.#seen.get(ifMatch ?? "");
      if (failure.status === 412) await this.#refresh();
      this.#drop(edit);
      const after = this.#confirmed.peek()?.document;
      if (failure.status !== 412 || before === undefined || after === undefined)
        return { done: false, failure };
      this.conflict.value = { edits: [edit], before, after };
      return { done: false, failure: null };
    }
  }

  #tell(words: string, { notices, undo }: ConfigChanged): void {
    const text = [words, ...notices].join(" ");
    if (undo === null) this.#page.toasts.show(text);
    else this.#page.toasts.show(text, { undo: () => void this.undo(undo) });
  }

  #confirm(edit: Edit, from: string, hash: string): void {
    if (from !== hash) this.#ownSteps.set(from, hash);
    const confirmed = this.#confirmed.peek();
    if (confirmed !== null) this.#show({ ...showPatch(confirmed, edit.patch), hash });
  }

  #show(view: ConfigView): void {
    this.#confirmed.value = view;
    this.#seen.set(view.hash, view.document);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > seenCapacity && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** The state that is shown, where it came from the state `hash` through this page alone; else `hash`. */
  #descend(hash: string | undefined): string | undefined {
    const seen = new Set<string>();
    for (let step = hash; step !== undefined && !seen.has(step); step = this.#ownSteps.get(step)) {
      if (step === this.hash) return step;
      seen.add(step);
    }
    return hash;
  }

  /** Every event may ask for it: one that has not begun yet will read what is there then. */
  #refreshSoon(): void {
    if (this.#isRefreshDue) return;
    this.#isRefreshDue = true;
    void this.#inTurn(() => {
      this.#isRefreshDue = false;
      return this.#refresh();
    });
  }

  #drop(edit: Edit): void {
    this.#waiting.value = this.#waiting.peek().filter((one) => one !== edit);
  }

  async #refreshIfIdle(): Promise<void> {
    if (this.#waiting.peek().length === 0) await this.#refresh();
  }

  async #refresh(): Promise<void> {
    try {
      this.#show(await this.#page.api.call<ConfigView>("/config"));
      this.failure.value = null;
    } catch (error) {
      this.failure.value = wordsOf(error);
    }
  }

  /** Returns what takes it back, unless the proxy has said something newer meanwhile. */
  #showEdit({ show }: Edit): () => void {
    const { model } = this.#page;
    const before = model.peek();
    if (show === undefined || before === null) return () => {};
    const { keys = before.keys, profiles = before.profiles } = show(before);
    model.value = { ...before, keys, profiles };
    return () => {
      const now = model.peek();
      if (now === null) return;
      model.value = {
        ...now,
        keys: now.keys === keys ? before.keys : now.keys,
        profiles: now.profiles === profiles ? before.profiles : now.profiles,
      };
    };
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
