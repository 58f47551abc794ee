// Medians, extremes and quantiles of measured numbers.

export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Throws for no numbers at all. */
export function spread(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), min: quantile(values, 0), max: quantile(values, 1) };
}

/** The value below which the share `part` (0 to 1) of the numbers lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.round((sorted.length - 1) * part)];
  if (value === undefined) throw new Error("There is nothing to take a quantile of");
  return value;
}
