// The page's single-key shortcuts: one list that acts and that the help shows. They can be switched off.
import { type Signal, signal } from "@preact/signals";

export interface Shortcut {
  /** `KeyboardEvent.key`, or two of them pressed one after the other: `g r`. */
  keys: string;
  words: string;
  run: () => void;
}

const place = "cf-shortcuts";
const sequenceMs = 1200;

export class Keyboard {
  readonly enabled: Signal<boolean> = signal(readStored() !== "off");
  /** In the order of registration, for the help. */
  readonly shortcuts: Signal<Shortcut[]> = signal([]);
  #first: { key: string; at: number } | null = null;

  /** Adds shortcuts; returns what takes them away again. */
  add(shortcuts: Shortcut[]): () => void {
    this.shortcuts.value = [...this.shortcuts.peek(), ...shortcuts];
    return () => {
      this.shortcuts.value = this.shortcuts.peek().filter((one) => !shortcuts.includes(one));
    };
  }

  setEnabled(enabled: boolean): void {
    this.enabled.value = enabled;
    try {
      localStorage.setItem(place, enabled ? "on" : "off");
    } catch {
      // Storage may be forbidden: the choice then lasts as long as the page.
    }
  }

  listen(target: Document): void {
    target.addEventListener("keydown", (event) => this.#handle(event));
  }

  #handle(event: KeyboardEvent): void {
    if (!this.enabled.peek() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey)
      return;
    if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
    const before = this.#first;
    this.#first = null;
    const sequence = before !== null && event.timeStamp - before.at < sequenceMs ? `${before.key} ` : "";
    const keys = sequence + event.key;
    const shortcut = this.shortcuts.peek().findLast((one) => one.keys === keys);
    if (shortcut !== undefined) {
      event.preventDefault();
      shortcut.run();
      return;
    }
    if (this.shortcuts.peek().some((one) => one.keys.startsWith(`${event.key} `)))
      this.#first = { key: event.key, at: event.timeStamp };
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
  );
}

function readStored(): string | null {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}
