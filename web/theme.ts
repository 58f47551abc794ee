// Light, dark, or what the system says; remembered in this browser.
import { type Signal, signal } from "@preact/signals";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const place = "cf-theme";

export class ThemeChoice {
  readonly choice: Signal<Theme>;
  readonly #root: HTMLElement;

  constructor(root: HTMLElement) {
    this.#root = root;
    const stored = readStored();
    this.choice = signal(themes.find((theme) => theme === stored) ?? "system");
    this.#apply();
  }

  set(theme: Theme): void {
    this.choice.value = theme;
    this.#apply();
    try {
      localStorage.setItem(place, theme);
    } catch {
      // Storage may be forbidden: the choice then lasts as long as the page.
    }
  }

  /** The next one in the round of three. */
  cycle(): Theme {
    const next = themes[(themes.indexOf(this.choice.peek()) + 1) % themes.length] ?? "system";
    this.set(next);
    return next;
  }

  #apply(): void {
    const theme = this.choice.peek();
    if (theme === "system") delete this.#root.dataset.theme;
    else this.#root.dataset.theme = theme;
  }
}

function readStored(): string | null {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}
