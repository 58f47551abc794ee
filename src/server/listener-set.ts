// Keeps the open ports what the config says: opens, closes and moves them, and hands a port from profile to profile.
import { mainProfile } from "../config/main-profile";
import type { Config } from "../config/types";
import { CfError } from "../errors";
import type { ProfileReport } from "./health";
import { type Listener, type ListenerAddress, type ListenerOptions, openListener } from "./listener";

export interface ListenerSetOptions extends ListenerOptions {
  /** Replaces the port of the main profile, for this run only; 0: any free one. */
  mainPort: number | undefined;
  /** A port that was taken could be opened at last. */
  onRecovered: () => void;
}

/** How often a port that was taken is tried again. */
const retryMs = 2000;

export class ListenerSet {
  readonly #options: ListenerSetOptions;
  #open: Listener[] = [];
  /** They take no new connections any more, but still have requests. */
  readonly #leaving = new Set<Listener>();
  #wanted: ListenerAddress[] = [];
  /** By profile: why its port is not open. */
  #failures = new Map<string, CfError>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #ended = false;

  constructor(options: ListenerSetOptions) {
    this.#options = options;
  }

  /** In the order of the config. */
  get open(): readonly Listener[] {
    const order = this.#wanted.map(({ profile }) => profile);
    return this.#open.toSorted((one, other) => order.indexOf(one.profile) - order.indexOf(other.profile));
  }

  get failures(): ReadonlyMap<string, CfError> {
    return this.#failures;
  }

  reports(): ProfileReport[] {
    return this.#wanted.map(({ profile, port }) => {
      const listener = this.#open.find((one) => one.profile === profile);
      const failure = this.#failures.get(profile);
      if (failure === undefined) return { name: profile, port: listener?.port ?? port, error: null };
      const stays = listener === undefined ? "" : ` It still listens on ${listener.port}.`;
      return { name: profile, port, error: `${failure.message}${stays}` };
    });
  }

  /**
   * Makes the ports what `config`, which the runtime has already, wants. Never throws: a port that cannot be opened is
   * a failure, its profile keeps the port that it had, and it is tried again.
   */
  reconcile(config: Config): void {
    if (this.#ended) return;
    const main = mainProfile(config.profiles);
    const { mainPort } = this.#options;
    this.#wanted = config.profiles.map(({ name, port }) => {
      const forced = name === main?.name ? mainPort : undefined;
      const assigned = forced === 0 ? this.#open.find((one) => one.profile === name)?.port : undefined;
      return { profile: name, host: config.host, port: assigned ?? forced ?? port };
    });
    this.#reopen(false);
  }

  /** Takes no new requests; resolves when those under way are done. */
  async drain(): Promise<void> {
    this.#end();
    for (const listener of this.#open.splice(0)) this.#leave(listener);
    await Promise.all([...this.#leaving].map((listener) => listener.close(false)));
  }

  /** Cuts what is left. */
  close(): void {
    this.#end();
    for (const listener of [...this.#open.splice(0), ...this.#leaving]) void listener.close(true);
  }

  #reopen(isRetry: boolean): void {
    const before = this.#open;
    const kept = new Set<Listener>();
    const missing: ListenerAddress[] = [];
    for (const address of this.#wanted) {
      const listener = before.find((one) => one.host === address.host && one.port === address.port);
      // Port 0 twice is no clash, and a port that --port has taken from a profile is.
      if (listener === undefined || kept.has(listener)) {
        missing.push(address);
        continue;
      }
      listener.assign(address.profile);
      kept.add(listener);
    }
    this.#failures = new Map();
    this.#open = [...kept];
    let idle = before.filter((listener) => !kept.has(listener));
    for (const address of missing) {
      const own = idle.find((listener) => listener.profile === address.profile);
      const opened = this.#openAt(address, idle, isRetry) ?? own;
      if (opened === undefined || this.#leaving.has(opened)) continue;
      idle = idle.filter((listener) => listener !== opened && !this.#leaving.has(listener));
      opened.assign(address.profile);
      this.#open.push(opened);
    }
    for (const listener of idle) if (!this.#leaving.has(listener)) this.#leave(listener);
    this.#retryLater();
  }

  /** null if it cannot be opened. */
  #openAt(address: ListenerAddress, idle: readonly Listener[], isRetry: boolean): Listener | null {
    const opened = this.#tryOpen(address);
    if (!(opened instanceof CfError)) return opened;
    this.#failures.set(address.profile, opened);
    // On another host a listener of ours may hold the port. To close it is worth one attempt, not one at every retry.
    const holder = idle.find((listener) => listener.port === address.port && !this.#leaving.has(listener));
    if (opened.code !== "port_taken" || holder === undefined || isRetry) return null;
    this.#leave(holder);
    const second = this.#tryOpen(address);
    if (!(second instanceof CfError)) {
      this.#failures.delete(address.profile);
      return second;
    }
    const again = this.#tryOpen({ ...address, host: holder.host });
    return again instanceof CfError ? null : again;
  }

  #tryOpen(address: ListenerAddress): Listener | CfError {
    try {
      return openListener(address, this.#options);
    } catch (error) {
      if (error instanceof CfError) return error;
      throw error;
    }
  }

  #leave(listener: Listener): void {
    this.#leaving.add(listener);
    void listener.close(false).then(() => {
      this.#leaving.delete(listener);
    });
  }

  #retryLater(): void {
    if (this.#failures.size === 0) {
      this.#stopRetrying();
      return;
    }
    this.#timer ??= setInterval(() => this.#retry(), retryMs);
  }

  #retry(): void {
    const before = this.#failures.size;
    this.#reopen(true);
    if (this.#failures.size < before) this.#options.onRecovered();
  }

  #stopRetrying(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #end(): void {
    this.#ended = true;
    this.#stopRetrying();
  }
}
