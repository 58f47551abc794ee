// The usual set-up of a test: a scripted upstream, keys that lead to it, and the binary in between.
import { type CfProcess, startCf } from "./cf-process";
import { findFreePort } from "./free-port";
import { until } from "./gate";
import {
  type Answer,
  begin,
  type OpenAnswer,
  open,
  type PendingRequest,
  type RequestOptions,
  send,
} from "./raw-client";
import { ScriptedUpstream } from "./scripted-upstream";
import { openAiTokenFor, type TokenType, tokenFor } from "./test-token";

export const opus = "claude-opus-4-6";
export const sonnet = "claude-sonnet-4-6";

export interface KeySpec {
  type?: TokenType;
  token?: string;
  label?: string;
  group?: string;
  enabled?: boolean;
  baseUrl?: string;
  provider?: string;
  api?: "chat" | "responses";
}

export interface SetupOptions {
  /** Key ids with the default settings, or with their own; default alpha and beta. */
  keys?: string[] | Record<string, KeySpec>;
  /** Top-level config fields beside keys, profiles and the base URL. */
  config?: Record<string, unknown>;
  /** Fields of the default profile beside its port. */
  profile?: Record<string, unknown>;
  /** More profiles; their ports are chosen. */
  profiles?: Record<string, Record<string, unknown>>;
  env?: Record<string, string>;
  cwd?: string;
  secrets?: string[];
  /** An existing home folder, which is then not deleted at the end. */
  home?: string;
}

export interface MessageOptions {
  model?: string;
  stream?: boolean;
  /** The first user message: what the conversation is known by. Different in every request unless given. */
  prompt?: string;
  headers?: Record<string, string>;
  /** More fields of the body. */
  fields?: Record<string, unknown>;
  profile?: string;
}

export interface KeyHealth {
  id: string;
  label: string;
  provider: string;
  state: string;
  reason: string | null;
  until: string | number | null;
  cooldowns: { model: string; until: string | number; reason: string }[];
}

export interface Health {
  status: string;
  version: string;
  uptimeSeconds: number;
  profiles: unknown;
  keys: KeyHealth[];
  configError: { message: string; path: string; line: number } | null;
  learnt?: { baseUrl: string; model: string; lessons: string[] }[];
}

export interface ErrorAnswer {
  type: string;
  error: {
    type: string;
    message: string;
    details?: {
      error_code?: string;
      attempts?: {
        key: string;
        model: string | null;
        status: number | null;
        reason: string;
        until: string | null;
      }[];
    };
  };
  request_id?: string;
}

/** A running proxy with its upstream. Dispose of it with `await using`. */
export class ProxySetup {
  readonly upstream: ScriptedUpstream;
  readonly cf: CfProcess;
  readonly ports: Record<string, number>;
  /** Set where the upstream plays a server that is not OpenAI: requests are then not judged by OpenAI's rules. */
  tolerant = false;

  constructor(upstream: ScriptedUpstream, cf: CfProcess, ports: Record<string, number>) {
    this.upstream = upstream;
    this.cf = cf;
    this.ports = ports;
  }

  get port(): number {
    return this.portOf("default");
  }

  get url(): string {
    return this.urlOf("default");
  }

  portOf(profile: string): number {
    const port = this.ports[profile];
    if (port === undefined) throw new Error(`No profile ${profile}`);
    return port;
  }

  urlOf(profile: string): string {
    return `http://127.0.0.1:${this.portOf(profile)}`;
  }

  /** POST /v1/messages, the whole answer. */
  message(options: MessageOptions = {}): Promise<Answer> {
    return send(...this.#messageRequest(options));
  }

  /** POST /v1/messages, resolved with the head of the answer. */
  openMessage(options: MessageOptions = {}): Promise<OpenAnswer> {
    return open(...this.#messageRequest(options));
  }

  /** POST /v1/messages without waiting for anything. */
  beginMessage(options: MessageOptions = {}): PendingRequest {
    return begin(...this.#messageRequest(options));
  }

  countTokens(options: MessageOptions = {}): Promise<Answer> {
    const [, request] = this.#messageRequest(options);
    return send(`${this.urlOf(options.profile ?? "default")}/v1/messages/count_tokens`, request);
  }

  /** Any request to the default profile. */
  send(path: string, options: RequestOptions = {}): Promise<Answer> {
    return send(`${this.url}${path}`, options);
  }

  async health(): Promise<Health> {
    return (await this.send("/health")).json<Health>();
  }

  async keyHealth(id: string): Promise<KeyHealth> {
    const found = (await this.health()).keys.find((key) => key.id === id);
    if (found === undefined) throw new Error(`/health does not list ${id}`);
    return found;
  }

  /** Until when `key` rests for `model` (or whole), in milliseconds since the epoch; null if it does not. */
  async restsUntil(key: string, model = opus): Promise<number | null> {
    const health = await this.keyHealth(key);
    const ends = health.cooldowns
      .filter((rest) => rest.model === model || rest.model === "*")
      .map((rest) => rest.until);
    const all = [...ends, health.until].filter((end) => end !== null).map((end) => new Date(end).getTime());
    return all.length === 0 ? null : Math.max(...all);
  }

  /** Waits until `key` no longer rests. */
  async untilReady(key: string): Promise<void> {
    await until(`${key} is back`, async () =>
      ["ready", "serving"].includes((await this.keyHealth(key)).state),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.cf.stop();
    } finally {
      await this.upstream.stop();
    }
    if (this.tolerant) return;
    const refused = this.upstream.requests.find(({ refusal }) => refusal !== null);
    if (refused !== undefined)
      throw new Error(
        `OpenAI would have refused this: ${JSON.stringify(refused.refusal)} ${refused.body.subarray(0, 500)}`,
      );
  }

  #messageRequest(options: MessageOptions): [string, RequestOptions] {
    return [
      `${this.urlOf(options.profile ?? "default")}/v1/messages`,
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "anthropic-version": "2023-06-01",
          ...options.headers,
        },
        body: JSON.stringify(messageRequestBody(options)),
      },
    ];
  }
}

/** The body of a plain request. */
export function messageRequestBody(options: MessageOptions = {}): Record<string, unknown> {
  return {
    model: options.model ?? opus,
    max_tokens: 256,
    messages: [{ role: "user", content: options.prompt ?? `Question ${crypto.randomUUID()}` }],
    ...(options.stream === undefined ? {} : { stream: options.stream }),
    ...options.fields,
  };
}

/** Starts an upstream and the binary in front of it. The queue is off unless the config says otherwise. */
export async function startProxy(options: SetupOptions = {}): Promise<ProxySetup> {
  const upstream = await ScriptedUpstream.start();
  const ports: Record<string, number> = { default: await findFreePort() };
  const profiles: Record<string, unknown> = { default: { ...options.profile, port: ports.default } };
  for (const [name, profile] of Object.entries(options.profiles ?? {})) {
    ports[name] = await findFreePort();
    profiles[name] = { ...profile, port: ports[name] };
  }
  const config = {
    profiles,
    keys: keysOf(options.keys ?? ["alpha", "beta"]),
    anthropicBaseUrl: upstream.url,
    openaiBaseUrl: upstream.url,
    chatgptBaseUrl: `${upstream.url}/codex`,
    queueWaitMs: 0,
    ...options.config,
  };
  try {
    const cf = await startCf(
      {
        config,
        ...(options.env === undefined ? {} : { env: options.env }),
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
        ...(options.home === undefined ? {} : { home: options.home }),
      },
      Object.values(ports),
    );
    return new ProxySetup(upstream, cf, ports);
  } catch (error) {
    await upstream.stop();
    throw error;
  }
}

/** The `keys` section of a config. */
export function keysOf(keys: string[] | Record<string, KeySpec>): Record<string, Record<string, unknown>> {
  const specs: [string, KeySpec][] = Array.isArray(keys) ? keys.map((id) => [id, {}]) : Object.entries(keys);
  return Object.fromEntries(specs.map(([id, spec]) => [id, { token: tokenFor(id, spec.type), ...spec }]));
}

/** A key of OpenAI's, for `SetupOptions.keys`. */
export function openAiKey(id: string, spec: KeySpec = {}): KeySpec {
  return { token: openAiTokenFor(id), provider: "openai", ...spec };
}

/** The text of the error that an answer carries. */
export function errorOf(answer: Answer): ErrorAnswer["error"] {
  return answer.json<ErrorAnswer>().error;
}

/** Milliseconds from now to `time`. */
export function msFromNow(time: number | null): number {
  if (time === null) throw new Error("There is no time");
  return time - Date.now();
}
