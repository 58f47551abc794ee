// Which view is open and with what query: the URL below /dashboard/, so that reload, back and a copied link work.
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";

export const viewNames = ["now", "requests", "keys", "fallback", "usage", "setup", "logs"] as const;
export type ViewName = (typeof viewNames)[number];

export const viewTitles: Record<ViewName, string> = {
  now: "Now",
  requests: "Requests",
  keys: "Keys",
  fallback: "Fallback",
  usage: "Usage",
  setup: "Setup",
  logs: "Logs",
};

export interface Location {
  view: ViewName;
  query: URLSearchParams;
}

const base = "/dashboard/";

/** The view and query that a path (`/dashboard/requests`) and search (`?key=work`) stand for; anything unknown is Now. */
export function parseLocation(path: string, search: string): Location {
  const name = path.startsWith(base) ? path.slice(base.length).replace(/\/$/, "") : "";
  const view = viewNames.find((one) => one === name) ?? "now";
  return { view, query: new URLSearchParams(search) };
}

/** The address of a view; empty values are left out. */
export function hrefOf(view: ViewName, query: Record<string, string | null> = {}): string {
  const filled = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  const search = new URLSearchParams(filled).toString();
  return `${base}${view === "now" ? "" : view}${search === "" ? "" : `?${search}`}`;
}

/** The part of `window` that the router needs. */
export interface Browser {
  location: { pathname: string; search: string };
  history: {
    pushState(state: null, unused: "", url: string): void;
    replaceState(state: null, unused: "", url: string): void;
  };
  addEventListener(type: "popstate", listener: () => void): void;
}

export class Router {
  readonly #browser: Browser;
  readonly #location: Signal<Location>;
  readonly view: ReadonlySignal<ViewName>;
  readonly query: ReadonlySignal<URLSearchParams>;

  constructor(browser: Browser) {
    this.#browser = browser;
    this.#location = signal(this.#read());
    this.view = computed(() => this.#location.value.view);
    this.query = computed(() => this.#location.value.query);
    browser.addEventListener("popstate", () => {
      this.#location.value = this.#read();
    });
  }

  open(href: string): void {
    this.#browser.history.pushState(null, "", href);
    this.#location.value = this.#read();
  }

  /** Sets (or with null removes) parts of the query, in place of the present entry of the history. */
  setQuery(changes: Record<string, string | null>): void {
    const merged = { ...Object.fromEntries(this.query.peek()), ...changes };
    this.#browser.history.replaceState(null, "", hrefOf(this.view.peek(), merged));
    this.#location.value = this.#read();
  }

  #read(): Location {
    return parseLocation(this.#browser.location.pathname, this.#browser.location.search);
  }
}
