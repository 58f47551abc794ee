// The one definition of config.json: what may stand in it, and what each setting means.
import * as z from "zod/mini";
import {
  checkAllowedHost,
  checkAllowedOrigin,
  checkBaseUrl,
  checkClientToken,
  checkHost,
  checkName,
  checkToken,
} from "./check-text";
import { defaultPort, defaults } from "./defaults";

/** Timers overflow above it: about 24.8 days. */
const maxMs = 2_147_483_647;
const maxBytes = 2_147_483_647;

const name = z.string().check(report(checkName));
const baseUrl = checkedText(checkBaseUrl);
const milliseconds = wholeNumber(0, maxMs);
const modelTable = z.map(name, name);
const price = z.number().check(z.minimum(0), z.maximum(1_000_000));

const profile = fields({
  port: optional(
    wholeNumber(1, 65_535),
    `TCP port, unique. Needed for every profile but "default", which has ${defaultPort}.`,
  ),
  keyOrder: optional(
    z.array(name),
    "Priority order of key ids. Not empty: exactly these keys are used. Absent or []: every key, in the order of keys, Anthropic before OpenAI.",
  ),
  modelFallback: optional(modelTable, "The profile's own fallback chains; absent: the top-level ones."),
});

const key = fields({
  token: describe(checkedText(checkToken), {
    description:
      "The secret itself, or env:NAME (a variable, read when used), or keychain:NAME (the system's keychain).",
  }),
  label: optional(z.string(), "Shown to people; absent: the id."),
  type: optional(z.enum(["api-key", "oauth"]), "How the token is sent; absent: told from the token."),
  provider: optional(
    z.enum(["anthropic", "openai"]),
    "Whose API the key is for; absent: told from the token.",
  ),
  baseUrl: optional(
    baseUrl,
    "The upstream of this key (a gateway, a local model server); absent: the provider's. A path in it is kept.",
  ),
  api: optional(
    z.enum(["responses", "chat"]),
    "OpenAI keys only. Absent: responses at api.openai.com, chat (Chat Completions) at any other server.",
  ),
  enabled: setting(z.boolean(), true, "false: the key is never used."),
  group: optional(
    name,
    "Keys of the same group share their rate limits: a 429 for one cools all of them down.",
  ),
});

const timeouts = fields({
  connectMs: setting(milliseconds, defaults.timeouts.connectMs, "Until the connection stands."),
  firstByteMs: setting(milliseconds, defaults.timeouts.firstByteMs, "Until the first byte of the answer."),
  idleMs: setting(milliseconds, defaults.timeouts.idleMs, "Between two pieces of the answer."),
});

const modelPrice = fields({
  input: optional(price, "Uncached input tokens."),
  output: optional(price, "Output tokens."),
  cacheRead: optional(price, "Input tokens read from the prompt cache."),
  cacheWrite: optional(price, "Input tokens written to the prompt cache for 5 minutes."),
  cacheWrite1h: optional(price, "Input tokens written to the prompt cache for 1 hour."),
});

const settings = {
  $schema: optional(z.string(), "Where the JSON Schema of this file lies; for editors."),
  profiles: optional(
    z.map(name, profile),
    `Each profile has its own port, key order and chains. Absent or {}: "default" on ${defaultPort}.`,
  ),
  keys: optional(z.map(name, key), "API keys by id, in order of preference."),
  modelFallback: setting(modelTable, {}, "Model -> next model. Chains are followed up to 5 deep."),
  openaiModelFallback: setting(
    z.boolean(),
    defaults.openaiModelFallback,
    "Allow OpenAI keys as the last resort for Anthropic requests.",
  ),
  openaiModelMapping: setting(
    modelTable,
    Object.fromEntries(defaults.openaiModelMapping),
    "Claude model -> OpenAI model: exact id, then longest matching prefix, then *.",
  ),
  anthropicBaseUrl: setting(baseUrl, defaults.anthropicBaseUrl, "Upstream of the Anthropic keys."),
  openaiBaseUrl: setting(
    baseUrl,
    defaults.openaiBaseUrl,
    "Upstream of the OpenAI keys, with or without /v1.",
  ),
  chatgptBaseUrl: setting(baseUrl, defaults.chatgptBaseUrl, "Upstream of ChatGPT subscription tokens."),
  cooldownMs: setting(
    milliseconds,
    defaults.cooldownMs,
    "The longest cooldown where the upstream names no time. A time that it names is always honoured.",
  ),
  queueWaitMs: setting(
    milliseconds,
    defaults.queueWaitMs,
    "How long a request may wait for a key to come back; 0 switches the queue off.",
  ),
  stickySessions: setting(
    z.boolean(),
    defaults.stickySessions,
    "Keep a conversation on its key while its prompt cache is warm.",
  ),
  timeouts: optional(timeouts, "Limits on the upstream, in milliseconds; 0 or more."),
  maxBodyBytes: setting(
    wholeNumber(1, maxBytes),
    defaults.maxBodyBytes,
    "Larger requests are answered with 413.",
  ),
  host: setting(
    checkedText(checkHost),
    defaults.host,
    "Bind address. Anything but a loopback address needs clientToken.",
  ),
  clientToken: optional(
    checkedText(checkClientToken),
    "If set, clients must send it (as x-api-key or Bearer) and the dashboard asks for it.",
  ),
  allowedHosts: setting(z.array(checkedText(checkAllowedHost)), [], "Extra Host names that are let in."),
  allowedOrigins: setting(
    z.array(checkedText(checkAllowedOrigin)),
    [],
    "Extra browser origins that are let in.",
  ),
  logLevel: setting(
    z.enum(["debug", "info", "warn", "error"]),
    defaults.logLevel,
    "The least that is logged.",
  ),
  maxLogSize: setting(
    wholeNumber(1024, maxBytes),
    defaults.maxLogSize,
    "Bytes at which the log file is rotated.",
  ),
  retentionDays: setting(
    wholeNumber(0, 36_500),
    defaults.retentionDays,
    "Days that single requests stay in the ledger; daily totals stay for good.",
  ),
  prices: setting(
    z.map(name, modelPrice),
    {},
    "Overrides of the built-in prices by model, in US dollars per million tokens.",
  ),
};

/** Takes a document (Maps for objects) and gives typed settings; nothing is filled in. */
export const configSchema = fields(settings);

export type ConfigSettings = z.output<typeof configSchema>;
export type KeySettings = z.output<typeof key>;
export type ProfileSettings = z.output<typeof profile>;

/** The names that may stand in the object at `path`; empty where any name may. */
export function knownNames(path: readonly PropertyKey[]): string[] {
  const [first] = path;
  const shapes: Record<string, string[]> = {
    "": Object.keys(settings),
    "profiles 2": Object.keys(profile.def.out.shape),
    "keys 2": Object.keys(key.def.out.shape),
    "timeouts 1": Object.keys(timeouts.def.out.shape),
    "prices 2": Object.keys(modelPrice.def.out.shape),
  };
  return shapes[path.length === 0 ? "" : `${String(first)} ${path.length}`] ?? [];
}

function fields<Shape extends z.core.$ZodShape>(shape: Shape) {
  const toObject = z.transform((value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value,
  );
  return z.pipe(toObject, z.strictObject(shape));
}

function optional<Schema extends z.ZodMiniType>(schema: Schema, description: string) {
  return describe(z.optional(schema), { description });
}

function setting<Schema extends z.ZodMiniType>(schema: Schema, byDefault: unknown, description: string) {
  return describe(z.optional(schema), { description, default: byDefault });
}

/** What the JSON Schema says of it. */
function describe<Schema extends z.ZodMiniType>(schema: Schema, words: z.core.GlobalMeta): Schema {
  z.globalRegistry.add(schema, words);
  return schema;
}

function wholeNumber(least: number, most: number) {
  return z.int().check(z.minimum(least), z.maximum(most));
}

/** A trimmed text; `check` says what is wrong with it, without repeating it. */
function checkedText(check: (text: string) => string | null) {
  return z.string().check(z.trim(), report(check));
}

function report(check: (text: string) => string | null) {
  return z.superRefine<string>((text, context) => {
    const message = check(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  });
}
