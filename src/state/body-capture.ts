// Keeps the last exchanges for debugging while somebody has switched that on: in memory only, bounded, off by default.

/** Pairs of name and value. */
export type HeaderPairs = [string, string][];

export interface CaptureState {
  on: boolean;
  /** Exchanges held now, and at most. */
  held: number;
  capacity: number;
}

const capacity = 20;
/** Of a request its end matters as well: there stands what was said last. */
const requestHeadBytes = 384 * 1024;
const requestTailBytes = 128 * 1024;
const responseBytes = 512 * 1024;

/** One request with its answer as the client gets it, as they are: whoever shows them takes the secrets out. */
export class CapturedExchange {
  readonly id: string;
  readonly requestHeaders: HeaderPairs;
  readonly requestHead: Uint8Array;
  /** The end of a body that is longer than what is kept; empty otherwise. */
  readonly requestTail: Uint8Array;
  /** Bytes of the request's body that lie between head and tail. */
  readonly requestLeftOut: number;
  status: number | null = null;
  responseHeaders: HeaderPairs = [];
  /** Of the answer's body, what was too much. */
  responseLeftOut = 0;
  readonly #answer: Uint8Array[] = [];
  #answerSize = 0;

  constructor(id: string, headers: Headers, body: Uint8Array) {
    this.id = id;
    this.requestHeaders = [...headers];
    const fits = body.length <= requestHeadBytes + requestTailBytes;
    this.requestHead = copyOf(body.subarray(0, fits ? body.length : requestHeadBytes));
    this.requestTail = fits ? new Uint8Array(0) : copyOf(body.subarray(-requestTailBytes));
    this.requestLeftOut = body.length - this.requestHead.length - this.requestTail.length;
  }

  get responseBody(): Uint8Array {
    return Buffer.concat(this.#answer);
  }

  /** The head of the answer. */
  begin(status: number, headers: HeaderPairs): void {
    this.status = status;
    this.responseHeaders = headers;
  }

  /** Bytes of the answer in passing. */
  append(chunk: Uint8Array): void {
    const room = responseBytes - this.#answerSize;
    const kept = copyOf(chunk.subarray(0, room));
    this.#answerSize += kept.length;
    this.responseLeftOut += chunk.length - kept.length;
    if (kept.length > 0) this.#answer.push(kept);
  }
}

export class BodyCapture {
  readonly #exchanges = new Map<string, CapturedExchange>();
  #on = false;

  get state(): CaptureState {
    return { on: this.#on, held: this.#exchanges.size, capacity };
  }

  /** Switched off, everything kept is forgotten. */
  set on(on: boolean) {
    this.#on = on;
    if (!on) this.#exchanges.clear();
  }

  /** Keeps a request; null while it is switched off. */
  begin(id: string, headers: Headers, body: Uint8Array): CapturedExchange | null {
    if (!this.#on) return null;
    const exchange = new CapturedExchange(id, headers, body);
    this.#exchanges.set(id, exchange);
    if (this.#exchanges.size > capacity) {
      const [oldest] = this.#exchanges.keys();
      if (oldest !== undefined) this.#exchanges.delete(oldest);
    }
    return exchange;
  }

  find(id: string): CapturedExchange | null {
    return this.#exchanges.get(id) ?? null;
  }
}

/** The proxy uses its memory again, and the whole must not stay because of a part. Not slice(): that of a Buffer is no copy. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
