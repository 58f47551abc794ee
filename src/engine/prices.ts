// What the models cost by the providers' price lists, and how the config's overrides replace that.
import { baseModel } from "./models";

/** US dollars per million tokens. null: not published; such input counts as plain input. */
export interface Price {
  input: number;
  output: number;
  cacheRead: number | null;
  /** For five minutes. */
  cacheWrite: number | null;
  cacheWrite1h: number | null;
  /** Prompts of more tokens than `above` cost these multiples, the whole request through. */
  long: { above: number; input: number; output: number } | null;
}

/** Fields of the config's `prices`, in US dollars per million tokens. */
export type PriceOverride = Readonly<
  Partial<Record<"input" | "output" | "cacheRead" | "cacheWrite" | "cacheWrite1h", number>>
>;

const longGpt = { above: 272_000, input: 2, output: 1.5 };
const longSonnet = { above: 200_000, input: 2, output: 1.5 };

/** Anthropic's writes to the cache cost 1.25 and 2 times the input. */
function claude(input: number, output: number, cacheRead: number, long: Price["long"] = null): Price {
  return { input, output, cacheRead, cacheWrite: input * 1.25, cacheWrite1h: input * 2, long };
}

/** `writes`: the model has a price of its own for them, 1.25 times the input. */
function gpt(
  input: number,
  output: number,
  cacheRead: number | null,
  { long = false, writes = false } = {},
): Price {
  const cacheWrite = writes ? input * 1.25 : null;
  return { input, output, cacheRead, cacheWrite, cacheWrite1h: null, long: long ? longGpt : null };
}

const current = { long: true, writes: true };
const long = { long: true };

/**
 * As of 2026-11-26, which README names too; by the name without the date of a snapshot. Claude models: Anthropic's pricing page and
 * the catalogue inside Claude Code 2.1.330. OpenAI models: OpenAI's pricing page, the older ones compared with
 * @pydantic/genai-prices 0.1.8 of 2026-09-23, which is the most current package of its kind and does not know models and prices of
 * the last two months yet. The cached price of
 * gpt-6.2-astra is derived from its announcement.
 */
const table: ReadonlyMap<string, Price> = new Map(
  Object.entries({
    "claude-fable-5-2": claude(8, 40, 0.2),
    "claude-mythos-5-2": claude(8, 40, 0.2),
    "claude-fable-5-1": claude(10, 50, 0.25),
    "claude-mythos-5-1": claude(10, 50, 0.25),
    "claude-fable-5": claude(10, 50, 1),
    "claude-mythos-5": claude(10, 50, 1),
    "claude-opus-5-5": claude(4, 20, 0.2),
    "claude-opus-5": claude(5, 25, 0.5),
    "claude-opus-4-8": claude(5, 25, 0.5),
    "claude-opus-4-7": claude(5, 25, 0.5),
    "claude-opus-4-6": claude(5, 25, 0.5),
    "claude-opus-4-5": claude(5, 25, 0.5),
    "claude-opus-4-1": claude(15, 75, 1.5),
    "claude-opus-4-0": claude(15, 75, 1.5),
    "claude-opus-4": claude(15, 75, 1.5),
    "claude-3-opus": claude(15, 75, 1.5),
    "claude-sonnet-5-5": claude(2, 10, 0.1),
    "claude-sonnet-5": claude(2, 10, 0.2),
    "claude-sonnet-4-6": claude(3, 15, 0.3),
    "claude-sonnet-4-5": claude(3, 15, 0.3, longSonnet),
    "claude-sonnet-4-0": claude(3, 15, 0.3, longSonnet),
    "claude-sonnet-4": claude(3, 15, 0.3, longSonnet),
    "claude-3-7-sonnet": claude(3, 15, 0.3),
    "claude-3-5-sonnet": claude(3, 15, 0.3),
    "claude-haiku-5-5": claude(0.1, 0.5, 0.01, { above: 100_000, input: 5, output: 5 }),
    "claude-haiku-4-5": claude(1, 5, 0.1),
    "claude-3-5-haiku": claude(0.8, 4, 0.08),
    "claude-3-haiku": { ...claude(0.25, 1.25, 0.03), cacheWrite: 0.3 },
    "gpt-6.2-astra": gpt(8, 40, 0.4, long),
    "gpt-6.2-sol": gpt(2, 10, null, long),
    "gpt-6.1-sol": gpt(2, 10, 0.1, current),
    "gpt-6.1-terra": { ...gpt(1, 5, 0.05, current), cacheWrite1h: 2.5 },
    "gpt-6-astra": gpt(10, 50, 1, current),
    "gpt-6-sol": gpt(2, 10, 0.2, current),
    "gpt-6-luna": gpt(0.1, 0.5, 0.01, current),
    "gpt-5.6": gpt(4, 20, 0.4, current),
    "gpt-5.6-sol": gpt(4, 20, 0.4, current),
    "gpt-5.6-terra": gpt(2, 12, 0.2, current),
    "gpt-5.6-luna": gpt(0.2, 1.2, 0.02, current),
    "gpt-5.5": gpt(5, 30, 0.5, long),
    "gpt-5.5-pro": gpt(30, 180, null, long),
    "gpt-5.4": gpt(2.5, 15, 0.25, long),
    "gpt-5.4-mini": gpt(0.75, 4.5, 0.075),
    "gpt-5.4-nano": gpt(0.2, 1.25, 0.02),
    "gpt-5.4-pro": gpt(30, 180, null, long),
    "gpt-5.3": gpt(1.75, 14, 0.175),
    "gpt-5.3-codex": gpt(1.75, 14, 0.175),
    "gpt-5.2": gpt(1.75, 14, 0.175),
    "gpt-5.2-codex": gpt(1.75, 14, 0.175),
    "gpt-5.2-pro": gpt(21, 168, null),
    "gpt-5.1": gpt(1.25, 10, 0.125),
    "gpt-5.1-codex": gpt(1.25, 10, 0.125),
    "gpt-5.1-codex-max": gpt(1.25, 10, 0.125),
    "gpt-5.1-codex-mini": gpt(0.25, 2, 0.025),
    "gpt-5": gpt(1.25, 10, 0.125),
    "gpt-5-codex": gpt(1.25, 10, 0.125),
    "gpt-5-chat-latest": gpt(1.25, 10, 0.125),
    "gpt-5-mini": gpt(0.25, 2, 0.025),
    "gpt-5-nano": gpt(0.05, 0.4, 0.005),
    "gpt-5-pro": gpt(15, 120, null),
    "gpt-4.1": gpt(2, 8, 0.5),
    "gpt-4.1-mini": gpt(0.4, 1.6, 0.1),
    "gpt-4.1-nano": gpt(0.1, 0.4, 0.025),
    "gpt-4o": gpt(2.5, 10, 1.25),
    "gpt-4o-mini": gpt(0.15, 0.6, 0.075),
    o3: gpt(2, 8, 0.5),
    "o3-mini": gpt(1.1, 4.4, 0.55),
    "o3-pro": gpt(20, 80, null),
    "o4-mini": gpt(1.1, 4.4, 0.275),
    o1: gpt(15, 60, 7.5),
  }),
);

/** Every model of the built-in table. */
export const pricedModels: readonly string[] = [...table.keys()];

/**
 * The price of a model; null if nobody knows it. An override counts for the model of that very name, with or without `[1m]` and
 * the date of a snapshot. Its fields replace those of the list; the higher prices of long prompts then no longer apply.
 */
export function findPrice(model: string, overrides: ReadonlyMap<string, PriceOverride>): Price | null {
  const names = namesOf(model);
  const override = firstOf(names, overrides);
  const listed = firstOf(names, table);
  if (override === undefined) return listed ?? null;
  const input = override.input ?? listed?.input;
  const output = override.output ?? listed?.output;
  if (input === undefined || output === undefined) return null;
  return {
    input,
    output,
    cacheRead: override.cacheRead ?? listed?.cacheRead ?? null,
    cacheWrite: override.cacheWrite ?? listed?.cacheWrite ?? null,
    cacheWrite1h: override.cacheWrite1h ?? listed?.cacheWrite1h ?? null,
    long: null,
  };
}

/** The name as it is, without `[1m]`, and without the date of its snapshot: `-20250929`, `-2026-03-05`, `-latest`. */
function namesOf(model: string): string[] {
  const plain = baseModel(model);
  return [model, plain, plain.replace(/-(?:\d{8}|\d{4}-\d\d-\d\d|latest)$/, "")];
}

function firstOf<Value>(names: readonly string[], map: ReadonlyMap<string, Value>): Value | undefined {
  return names.map((name) => map.get(name)).find((value) => value !== undefined);
}
