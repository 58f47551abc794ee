// Calls of the page to its API: JSON both ways, errors as values with the proxy's own words.
import type { ApiError } from "../src/server/contract";
import type { ApiPath } from "./api-path";

/** A refused or failed call. `status` 0: nobody answered. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  /** The field of the request that is wrong; null: none in particular. */
  readonly path: string | null;

  constructor(status: number, error: Partial<ApiError["error"]> & { message: string }) {
    super(error.message);
    this.status = status;
    this.code = error.code ?? "unknown";
    this.hint = error.hint ?? null;
    this.path = error.path ?? null;
  }

  /** Message and hint as one text. */
  get words(): string {
    return this.hint === null ? this.message : `${this.message} ${this.hint}`;
  }
}

/** What went wrong, for people. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiFailure) return error.words;
  return error instanceof Error ? error.message : String(error);
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  /** Hash of the config that the change was made for. */
  ifMatch?: string;
  signal?: AbortSignal;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const base = "/dashboard/api";

export class Api {
  readonly #fetch: Fetch;
  readonly #onLocked: () => void;

  /** `onLocked` hears that the proxy asks for its client token. */
  constructor(fetch: Fetch, onLocked: () => void) {
    this.#fetch = fetch;
    this.#onLocked = onLocked;
  }

  /** Rejects with an `ApiFailure`, or with the abort of `signal`. */
  async call<Answer>(path: ApiPath, call: Call = {}): Promise<Answer> {
    const response = await this.#send(path, call);
    if (!response.ok) throw await readFailure(response);
    if (response.status === 204) return undefined as Answer;
    return (await response.json()) as Answer;
  }

  async #send(path: string, { method = "GET", query = {}, body, ifMatch, signal }: Call): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" };
    const init: RequestInit = { method, headers, cache: "no-store" };
    if (method !== "GET") {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(body ?? {});
    }
    if (ifMatch !== undefined) headers["if-match"] = `"${ifMatch}"`;
    if (signal !== undefined) init.signal = signal;
    try {
      const response = await this.#fetch(`${base}${path}${formatQuery(query)}`, init);
      if (response.status === 401) this.#onLocked();
      return response;
    } catch (error) {
      if (signal?.aborted) throw error;
      const hint = "Start it with cf start.";
      throw new ApiFailure(0, { code: "unreachable", message: "The proxy does not answer.", hint });
    }
  }
}

async function readFailure(response: Response): Promise<ApiFailure> {
  const body = (await response.json().catch(() => null)) as Partial<ApiError> | null;
  const message = body?.error?.message ?? `The proxy answered ${response.status}.`;
  return new ApiFailure(response.status, { ...body?.error, message });
}

function formatQuery(query: NonNullable<Call["query"]>): string {
  const filled = Object.entries(query).flatMap(([name, value]) =>
    value === null || value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return filled.length === 0 ? "" : `?${new URLSearchParams(filled)}`;
}
