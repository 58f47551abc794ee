// The one definition of config.json: what may stand in it, and what each setting means.
import { z } from "zod";
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

const name = z.string().superRefine(report(checkName));
const baseUrl = checkedText(checkBaseUrl);
const milliseconds = z.int().min(0).max(maxMs);
const modelTable = z.map(name, name);
const price = z.number().min(0).max(1_000_000).optional();

const profile = fields({
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta({
      description: `TCP port, unique. Needed for every profile but "default", which has ${defaultPort}.`,
    }),
  keyOrder: z.array(name).optional().meta({
    description:
      "Priority order of key ids. Not empty: exactly these keys are used. Absent or []: every key, in the order of keys, Anthropic before OpenAI.",
  }),
  modelFallback: modelTable
    .optional()
    .meta({ description: "The profile's own fallback chains; absent: the top-level ones." }),
});

const key = fields({
  token: checkedText(checkToken).meta({
    description:
      "The secret itself, or env:NAME (a variable, read when used), or keychain:NAME (the system's keychain).",
  }),
  label: z.string().optional().meta({ description: "Shown to people; absent: the id." }),
  type: z
    .enum(["api-key", "oauth"])
    .optional()
    .meta({ description: "How the token is sent; absent: told from the token." }),
  provider: z
    .enum(["anthropic", "openai"])
    .optional()
    .meta({ description: "Whose API the key is for; absent: told from the token." }),
  baseUrl: baseUrl.optional().meta({
    description:
      "The upstream of this key (a gateway, a local model server); absent: the provider's. A path in it is kept.",
  }),
  api: z.enum(["responses", "chat"]).optional().meta({
    description:
      "OpenAI keys only. Absent: responses at api.openai.com, chat (Chat Completions) at any other server.",
  }),
  enabled: z.boolean().optional().meta({ description: "false: the key is never used.", default: true }),
  group: name.optional().meta({
    description: "Keys of the same group share their rate limits: a 429 for one cools all of them down.",
  }),
});

const timeouts = fields({
  connectMs: setting(milliseconds, defaults.timeouts.connectMs, "Until the connection stands."),
  firstByteMs: setting(milliseconds, defaults.timeouts.firstByteMs, "Until the first byte of the answer."),
  idleMs: setting(milliseconds, defaults.timeouts.idleMs, "Between two pieces of the answer."),
});

const modelPrice = fields({
  input: price.meta({ description: "Uncached input tokens." }),
  output: price.meta({ description: "Output tokens." }),
  cacheRead: price.meta({ description: "Input tokens read from the prompt cache." }),
  cacheWrite: price.meta({ description: "Input tokens written to the prompt cache for 5 minutes." }),
  cacheWrite1h: price.meta({ description: "Input tokens written to the prompt cache for 1 hour." }),
});

const settings = {
  $schema: z
    .string()
    .optional()
    .meta({ description: "Where the JSON Schema of this file lies; for editors." }),
  profiles: z
    .map(name, profile)
    .optional()
    .meta({
      description: `Each profile has its own port, key order and chains. Absent or {}: "default" on ${defaultPort}.`,
    }),
  keys: z.map(name, key).optional().meta({ description: "API keys by id, in order of preference." }),
  modelFallback: modelTable
    .optional()
    .meta({ description: "Model -> next model. Chains are followed up to 5 deep.", default: {} }),
  openaiModelFallback: setting(
    z.boolean(),
    defaults.openaiModelFallback,
    "Allow OpenAI keys as the last resort for Anthropic requests.",
  ),
  openaiModelMapping: modelTable.optional().meta({
    description: "Claude model -> OpenAI model: exact id, then longest matching prefix, then *.",
    default: Object.fromEntries(defaults.openaiModelMapping),
  }),
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
  timeouts: timeouts.optional().meta({ description: "Limits on the upstream, in milliseconds; 0 or more." }),
  maxBodyBytes: setting(
    z.int().min(1).max(maxBytes),
    defaults.maxBodyBytes,
    "Larger requests are answered with 413.",
  ),
  host: setting(
    checkedText(checkHost),
    defaults.host,
    "Bind address. Anything but a loopback address needs clientToken.",
  ),
  clientToken: checkedText(checkClientToken).optional().meta({
    description: "If set, clients must send it (as x-api-key or Bearer) and the dashboard asks for it.",
  }),
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
    z.int().min(1024).max(maxBytes),
    defaults.maxLogSize,
    "Bytes at which the log file is rotated.",
  ),
  retentionDays: setting(
    z.int().min(0).max(36_500),
    defaults.retentionDays,
    "Days that single requests stay in the ledger; daily totals stay for good.",
  ),
  prices: z.map(name, modelPrice).optional().meta({
    description: "Overrides of the built-in prices by model, in US dollars per million tokens.",
    default: {},
  }),
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
    "profiles 2": Object.keys(profile.out.shape),
    "keys 2": Object.keys(key.out.shape),
    "timeouts 1": Object.keys(timeouts.out.shape),
    "prices 2": Object.keys(modelPrice.out.shape),
  };
  return shapes[path.length === 0 ? "" : `${String(first)} ${path.length}`] ?? [];
}

/** The JSON Schema of config.json, for editors. */
export function describeConfig(): Record<string, unknown> {
  return { title: "Claude Failover config", ...toJsonSchema(configSchema) };
}

function toJsonSchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    io: "output",
    // Maps stand for JSON objects with free names, which is what the override writes.
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (!(zodSchema instanceof z.ZodMap)) return;
      const { $schema: _, ...values } = toJsonSchema(zodSchema.valueType as z.ZodType);
      jsonSchema.type = "object";
      jsonSchema.additionalProperties = values;
    },
  });
}

function fields<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(
    (value) => (value instanceof Map ? Object.fromEntries(value) : value),
    z.strictObject(shape),
  );
}

function setting<Schema extends z.ZodType>(schema: Schema, byDefault: unknown, description: string) {
  return schema.optional().meta({ description, default: byDefault });
}

/** A trimmed text; `check` says what is wrong with it, without repeating it. */
function checkedText(check: (text: string) => string | null) {
  return z.string().trim().superRefine(report(check));
}

function report(check: (text: string) => string | null) {
  return (text: string, context: z.RefinementCtx) => {
    const message = check(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  };
}
