// What a request cost by the list, and what the prompt cache saved of it.
import type { Price } from "./prices";
import type { Provider } from "./types";

/** Token counts; the input counts are disjoint. */
export interface BilledUsage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  /** By the provider. */
  webSearches: number;
}

/** What makes tokens dearer or cheaper than the list price. */
export interface Terms {
  provider: Provider;
  /** `fast`, `batch`, `flex`, `priority`; anything else, and null, is the list price. */
  tier: string | null;
  /** `us`: inference had to stay there. */
  geo: string | null;
}

/** US dollars a token. */
type Rates = Omit<Record<keyof BilledUsage, number>, "webSearches">;

/** What a model costs on certain terms. */
export interface Tariff {
  usual: Rates;
  /** Those of prompts of more tokens than `longAbove`. */
  long: Rates;
  longAbove: number;
}

export interface Cost {
  /** US dollars. */
  costUsd: number;
  /** What reading the cache saved, less what writing it cost more; negative when it was only written. */
  cacheSavedUsd: number;
}

const million = 1_000_000;
const webSearchUsd = 0.01;
const usOnlyFactor = 1.1;

/** Anthropic's `priority` is capacity that was bought in advance and has no price by the token. */
const tierFactors: Readonly<Record<Provider, ReadonlyMap<string, number>>> = {
  anthropic: new Map([
    ["fast", 2],
    ["batch", 0.5],
  ]),
  openai: new Map([
    ["priority", 2],
    ["fast", 2],
    ["flex", 0.5],
    ["batch", 0.5],
  ]),
};

export function tariffOf(price: Price, { provider, tier, geo }: Terms): Tariff {
  const factor = (tierFactors[provider].get(tier ?? "") ?? 1) * geoFactor(geo, provider);
  const usual = ratesOf(price, factor, factor);
  if (price.long === null) return { usual, long: usual, longAbove: Number.POSITIVE_INFINITY };
  const { above, input, output } = price.long;
  return { usual, long: ratesOf(price, factor * input, factor * output), longAbove: above };
}

function ratesOf(price: Price, inputFactor: number, outputFactor: number): Rates {
  const { input, output, cacheRead, cacheWrite, cacheWrite1h } = price;
  const ofInput = (usdPerMillion: number) => (usdPerMillion * inputFactor) / million;
  return {
    input: ofInput(input),
    output: (output * outputFactor) / million,
    cacheRead: ofInput(cacheRead ?? input),
    cacheWrite5m: ofInput(cacheWrite ?? input),
    cacheWrite1h: ofInput(cacheWrite1h ?? cacheWrite ?? input),
  };
}

export function costOf(usage: BilledUsage, { usual, long, longAbove }: Tariff): Cost {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearches } = usage;
  const rates = input + cacheRead + cacheWrite5m + cacheWrite1h > longAbove ? long : usual;
  return {
    costUsd:
      input * rates.input +
      output * rates.output +
      cacheRead * rates.cacheRead +
      cacheWrite5m * rates.cacheWrite5m +
      cacheWrite1h * rates.cacheWrite1h +
      webSearches * webSearchUsd,
    cacheSavedUsd:
      cacheRead * (rates.input - rates.cacheRead) -
      cacheWrite5m * (rates.cacheWrite5m - rates.input) -
      cacheWrite1h * (rates.cacheWrite1h - rates.input),
  };
}

function geoFactor(geo: string | null, provider: Provider): number {
  return provider === "anthropic" && geo === "us" ? usOnlyFactor : 1;
}
