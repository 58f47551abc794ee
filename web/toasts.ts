// Short messages that go by themselves; one that offers undo stays longer, and none goes while it is being read.
import { type Signal, signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "error";
  /** What "Undo" does; null: there is no such button. */
  undo: (() => void) | null;
}

const plainMs = 4000;
const undoMs = 10_000;
const capacity = 3;

export class Toasts {
  readonly list: Signal<Toast[]> = signal([]);
  readonly #timers = new Map<number, number>();
  #lastId = 0;

  show(text: string, options: { tone?: Toast["tone"]; undo?: () => void } = {}): void {
    this.#lastId += 1;
    const toast: Toast = {
      id: this.#lastId,
      text,
      tone: options.tone ?? "plain",
      undo: options.undo ?? null,
    };
    const shown = [...this.list.peek().filter((one) => one.text !== text), toast];
    for (const old of shown.slice(0, -capacity)) this.#stopTimer(old.id);
    this.list.value = shown.slice(-capacity);
    this.resume(toast);
  }

  dismiss(id: number): void {
    this.#stopTimer(id);
    this.list.value = this.list.peek().filter((toast) => toast.id !== id);
  }

  /** While pointer or focus is on it. */
  hold(toast: Toast): void {
    this.#stopTimer(toast.id);
  }

  resume(toast: Toast): void {
    this.#stopTimer(toast.id);
    const ms = toast.undo !== null || toast.tone === "error" ? undoMs : plainMs;
    this.#timers.set(
      toast.id,
      window.setTimeout(() => this.dismiss(toast.id), ms),
    );
  }

  #stopTimer(id: number): void {
    window.clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
