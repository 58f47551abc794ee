// Every secret of the config, so that logs and messages can be kept free of them whatever they look like.

/** A key that was taken out may still be in use by a stream, or be echoed later. */
const mostRetired = 200;

export class KnownSecrets implements Iterable<string> {
  #current: ReadonlySet<string> = new Set();
  #retired: string[] = [];

  /** From now on these are the ones in use; the earlier ones stay known for a while. */
  replace(secrets: Iterable<string>): void {
    const current = new Set(secrets);
    const gone = [...this.#current].filter((secret) => !current.has(secret));
    this.#retired = [...this.#retired.filter((secret) => !current.has(secret)), ...gone].slice(-mostRetired);
    this.#current = current;
  }

  *[Symbol.iterator](): IterableIterator<string> {
    yield* this.#current;
    yield* this.#retired;
  }
}
