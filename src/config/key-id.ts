// Makes ids for keys that have none.

const longestId = 40;

/** Lower-case ASCII letters, digits and hyphens; "" for a label without any Latin letter or digit. */
export function slugify(label: string): string {
  const plain = label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, longestId)
    .replace(/-$/, "");
}

/** `base`, or `base-2`, `base-3`, ... if it is taken. */
export function uniqueId(base: string, taken: { has(id: string): boolean }): string {
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
