// Keeps idle upstream connections per origin and hands them out again, the most recently used first.
import { Connection, type Origin, type ResponseListener, type WireRequest } from "./connection";

const maxIdlePerOrigin = 256;

/** Every upstream connection of the process. */
export class ConnectionPool {
  readonly #idle = new Map<string, Connection[]>();
  readonly #open = new Set<Connection>();

  /**
   * Sends a request on an idle connection, or on a new one if there is none or `fresh` asks for it. The returned
   * connection takes `abort`, `pause` and `resume` until the listener's onEnd or onFail.
   */
  send(
    origin: Origin,
    request: WireRequest,
    listener: ResponseListener,
    options: { connectMs: number; fresh: boolean },
  ): Connection {
    const idle = options.fresh ? undefined : this.#idle.get(origin.key)?.pop();
    const connection = idle ?? new Connection(origin, options.connectMs, this);
    if (idle === undefined) this.#open.add(connection);
    connection.send(request, listener);
    return connection;
  }

  onIdle(connection: Connection): void {
    const idle = this.#idle.get(connection.origin.key) ?? [];
    if (idle.length >= maxIdlePerOrigin) {
      connection.abort();
      return;
    }
    idle.push(connection);
    this.#idle.set(connection.origin.key, idle);
  }

  onClosed(connection: Connection): void {
    this.#open.delete(connection);
    const idle = this.#idle.get(connection.origin.key);
    const place = idle?.indexOf(connection) ?? -1;
    if (place >= 0) idle?.splice(place, 1);
    if (idle?.length === 0) this.#idle.delete(connection.origin.key);
  }

  /** Closes every connection; requests in flight fail without a word to their listeners. */
  close(): void {
    for (const connection of [...this.#open]) connection.abort();
  }
}
