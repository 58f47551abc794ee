// Counts by labels, bounded in number: what comes from clients must not fill the memory.

export type Labels = Readonly<Record<string, string>>;

export interface Sample<Value> {
  labels: Labels;
  value: Value;
}

/** Label sets of one metric; what comes beyond is counted together, under `other`. */
const mostSeries = 1000;

export class Tally<Value> {
  readonly #names: readonly string[];
  readonly #make: () => Value;
  readonly #series = new Map<string, Sample<Value>>();
  /** Most requests are like the one before, and comparing is quicker than joining. */
  #lastValues: readonly string[] = [];
  #last: Sample<Value> | null = null;

  constructor(names: readonly string[], make: () => Value) {
    this.#names = names;
    this.#make = make;
  }

  /** `values`: in the order of the names. */
  of(...values: string[]): Sample<Value> {
    if (this.#last !== null && isEqual(values, this.#lastValues)) return this.#last;
    this.#last = this.#find(values);
    this.#lastValues = values;
    return this.#last;
  }

  #find(values: readonly string[]): Sample<Value> {
    const key = values.join("\n");
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#series.size < mostSeries) return this.#add(key, values);
    const others = values.map(() => "other");
    return this.#series.get(others.join("\n")) ?? this.#add(others.join("\n"), others);
  }

  get samples(): Sample<Value>[] {
    return [...this.#series.values()];
  }

  #add(key: string, values: readonly string[]): Sample<Value> {
    const labels = Object.fromEntries(this.#names.map((name, index) => [name, values[index] ?? ""]));
    const sample = { labels, value: this.#make() };
    this.#series.set(key, sample);
    return sample;
  }
}

/** Of the same length. */
function isEqual(values: readonly string[], others: readonly string[]): boolean {
  for (let index = 0; index < values.length; index++) if (values[index] !== others[index]) return false;
  return true;
}

export class Buckets {
  /** Upper bounds, ascending; the last is infinity. */
  readonly bounds: readonly number[];
  /** Values in each bucket, not summed up. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = [...bounds.map(() => 0), 0];
  }

  add(value: number): void {
    let index = 0;
    while (value > (this.bounds[index] ?? Number.POSITIVE_INFINITY)) index++;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += value;
    this.count += 1;
  }
}
