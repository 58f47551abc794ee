// The columns of the table of sums, in the order in which they are written and read.

export const sumColumns = [
  "requests",
  "hidden",
  "input",
  "output",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "reasoning",
  "cost",
  "unpriced",
  "saved",
] as const;
