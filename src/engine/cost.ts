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
  /** `fast`, `batch`, `flex`, `priority`; anything else, and null, is the list price. */
  tier: string | null;
  /** `us`: inference had to stay there. */
  geo: string | null;
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

export function costOf(usage: BilledUsage, price: Price, provider: Provider): Cost {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const isLong = price.long !== null && prompt > price.long.above;
  const factor = (tierFactors[provider].get(usage.tier ?? "") ?? 1) * geoFactor(usage.geo, provider);
  const inputFactor = (factor * (isLong ? (price.long?.input ?? 1) : 1)) / million;
  const outputFactor = (factor * (isLong ? (price.long?.output ?? 1) : 1)) / million;
  const read = price.cacheRead ?? price.input;
  const write = price.cacheWrite ?? price.input;
  const write1h = price.cacheWrite1h ?? write;
  const input =
    usage.input * price.input +
    usage.cacheRead * read +
    usage.cacheWrite5m * write +
    usage.cacheWrite1h * write1h;
  const saved =
    usage.cacheRead * (price.input - read) -
    usage.cacheWrite5m * (write - price.input) -
    usage.cacheWrite1h * (write1h - price.input);
  return {
    costUsd:
      input * inputFactor + usage.output * price.output * outputFactor + usage.webSearches * webSearchUsd,
    cacheSavedUsd: saved * inputFactor,
  };
}

function geoFactor(geo: string | null, provider: Provider): number {
  return provider === "anthropic" && geo === "us" ? usOnlyFactor : 1;
}
