// Looks prices up, once for each model; another config brings other prices.
import { findPrice, type Price, type PriceOverride } from "../../engine/prices";

type Overrides = ReadonlyMap<string, PriceOverride>;

/** Model names come from clients. */
const mostKnown = 500;

export class PriceList {
  readonly #overrides: () => Overrides;
  #from: Overrides | null = null;
  readonly #known = new Map<string, Price | null>();

  /** `overrides`: the config's `prices` in force. */
  constructor(overrides: () => Overrides) {
    this.#overrides = overrides;
  }

  /** null: nobody knows it. */
  readonly priceOf = (model: string): Price | null => {
    const overrides = this.#overrides();
    if (overrides !== this.#from) this.#known.clear();
    this.#from = overrides;
    const known = this.#known.get(model);
    if (known !== undefined) return known;
    const price = findPrice(model, overrides);
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(model, price);
    return price;
  };
}
