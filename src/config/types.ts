// The resolved, immutable config: every default filled in, legacy fields merged, maps instead of prototype-bearing objects.

export interface Config {
  readonly profiles: readonly Profile[];
  /** In file order; all Anthropic and OpenAI keys. */
  readonly keys: ReadonlyMap<string, Key>;
  readonly modelFallback: ReadonlyMap<string, string>;
  readonly openaiModelFallback: boolean;
  readonly openaiModelMapping: ReadonlyMap<string, string>;
  readonly anthropicBaseUrl: string;
  readonly openaiBaseUrl: string;
  readonly chatgptBaseUrl: string;
  readonly cooldownMs: number;
  readonly queueWaitMs: number;
  readonly stickySessions: boolean;
  readonly timeouts: { readonly connectMs: number; readonly firstByteMs: number; readonly idleMs: number };
  readonly maxBodyBytes: number;
  readonly host: string;
  readonly clientToken: string | null;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly maxLogSize: number;
  readonly retentionDays: number;
  readonly prices: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

export interface Profile {
  readonly name: string;
  readonly port: number;
  /** As written: null or [] means every key, in the order of `keys`, Anthropic before OpenAI. May name unknown keys. */
  readonly keyOrder: readonly string[] | null;
  /** The profile's own chains, or the top-level ones. */
  readonly modelFallback: ReadonlyMap<string, string>;
}

export interface Key {
  readonly id: string;
  /** As written: the secret itself, `env:NAME` or `keychain:NAME`. Resolve with config/secrets. */
  readonly token: string;
  readonly label: string;
  readonly type: "api-key" | "oauth";
  readonly provider: "anthropic" | "openai";
  /** null: the provider's base URL. */
  readonly baseUrl: string | null;
  /** OpenAI keys only. */
  readonly api: "responses" | "chat" | null;
  readonly enabled: boolean;
  readonly group: string | null;
}

/** Something that works but wants a person's eye; one list of these feeds `status`, `doctor` and the dashboard. */
export interface Warning {
  /** Stable, in snake case. */
  readonly code: string;
  readonly title: string;
  readonly severity: "info" | "warn" | "error";
  /** What to do about it. */
  readonly remedy: string;
}
