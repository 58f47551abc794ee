// Which entry of the mapping a Claude model takes: its own, the longest family's, or `*`; as the proxy chooses. Pure.

export interface Mapped {
  /** The entry's name. */
  by: string;
  model: string;
}

/** null: the mapping has no place for it. */
export function mapModel(model: string, mapping: Readonly<Record<string, string>>): Mapped | null {
  const plain = model.replace(/\[1m\]$/, "");
  const families = Object.keys(mapping)
    .filter((prefix) => plain.startsWith(`${prefix}-`))
    .sort((one, other) => other.length - one.length);
  const by = [model, plain, ...families, "*"].find((name) => Object.hasOwn(mapping, name));
  return by === undefined ? null : { by, model: mapping[by] ?? "" };
}
