// Counts, shares and money as people read them.

/** "1,234". */
export function formatCount(count: number): string {
  return groupDigits(String(Math.round(count)));
}

/** "950", "12.3k", "4.56M": three digits say enough of tokens. */
export function formatTokens(count: number): string {
  if (count < 1000) return String(Math.round(count));
  const [divisor, unit] = count < 999_500 ? [1e3, "k"] : count < 999_500_000 ? [1e6, "M"] : [1e9, "G"];
  const scaled = count / divisor;
  const digits = scaled < 10 ? 2 : scaled < 100 ? 1 : 0;
  return `${scaled.toFixed(digits)}${unit}`;
}

/** "12 %"; what is there is never "0 %", and what is not all is never "100 %". */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "–";
  const percent = (part / whole) * 100;
  if (percent > 0 && percent < 1) return "<1 %";
  return `${percent > 99 && percent < 100 ? 99 : Math.round(percent)} %`;
}

/** "$12.34"; "$0.0042" for what is less than ten cents; a negative amount has its sign before the currency's. */
export function formatDollars(amount: number): string {
  const size = Math.abs(amount);
  const digits = size === 0 || size >= 0.1 ? 2 : 4;
  const [whole = "", fraction] = size.toFixed(digits).split(".");
  return `${amount < 0 ? "-" : ""}$${groupDigits(whole)}.${fraction}`;
}

/** `toLocaleString` would load the data of all languages first. */
function groupDigits(number: string): string {
  return number.replace(/\B(?=(\d{3})+$)/g, ",");
}
