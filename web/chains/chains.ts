// Model chains as a person sees them, out of and back into the table "model -> next model". Pure; no table is changed.

/** The asked model and its fallbacks together, as the proxy follows them. */
export const longestChain = 5;

export type Table = ReadonlyMap<string, string>;

export interface ChainLink {
  model: string;
  /** false: it lies behind the fifth model and is never asked. */
  reached: boolean;
  /** Heads of other chains that pass through here, so that what follows belongs to them too. */
  sharedWith: string[];
}

export interface Chain {
  /** The model that a client asks for. */
  head: string;
  links: ChainLink[];
  /** The model that the last one leads back to, which ends the chain; null: it just ends. */
  backTo: string | null;
}

export function toTable(record: Record<string, string>): Map<string, string> {
  return new Map(Object.entries(record));
}

/** The models from `head` on, each once. */
export function follow(table: Table, head: string): string[] {
  const models = [head];
  for (let next = nextOf(table, head); next !== undefined && !models.includes(next); ) {
    models.push(next);
    next = nextOf(table, next);
  }
  return models;
}

/** One chain for each model that no other leads to, and one for each pure circle. */
export function listChains(table: Table): Chain[] {
  const targets = new Set([...table].flatMap(([model, next]) => (model === next ? [] : [next])));
  const heads = [...table.keys()].filter((model) => !targets.has(model));
  const seen = new Set(heads.flatMap((head) => follow(table, head)));
  for (const model of table.keys()) {
    if (seen.has(model)) continue;
    heads.push(model);
    for (const one of follow(table, model)) seen.add(one);
  }
  const paths = new Map(heads.map((head) => [head, follow(table, head)]));
  return heads.map((head) => {
    const models = paths.get(head) ?? [head];
    const links = models.map((model, index) => ({
      model,
      reached: index < longestChain,
      sharedWith: heads.filter((other) => other !== head && paths.get(other)?.includes(model)),
    }));
    return { head, links, backTo: nextOf(table, models.at(-1) ?? head) ?? null };
  });
}

/** `model` at `position` of the chain of `head`; behind it the chain goes on as before, or as `model` itself goes on. */
export function insertModel(
  table: Table,
  head: string,
  position: number,
  model: string,
): Map<string, string> {
  const models = follow(table, head);
  const edited = new Map(table);
  const before = models[position - 1];
  const after = models[position];
  if (before !== undefined) edited.set(before, model);
  // A model that leads somewhere already goes on leading there: other chains may pass through it.
  if (after !== undefined && after !== model && !edited.has(model)) edited.set(model, after);
  return edited;
}

/** Without the model at `position` (not 0, the head): the one before it leads to the one behind it. */
export function removeModel(table: Table, head: string, position: number): Map<string, string> {
  const models = follow(table, head);
  const [before, model, after] = [models[position - 1], models[position], models[position + 1]];
  if (before === undefined || model === undefined) return new Map(table);
  const edited = new Map(table);
  if (after === undefined) edited.delete(before);
  else edited.set(before, after);
  dropUnled(edited, model);
  return edited;
}

/** The models behind the head in another order, given as positions 1.. of the present one. */
export function reorder(table: Table, head: string, models: readonly string[]): Map<string, string> {
  const before = follow(table, head);
  const order = [head, ...models];
  const edited = new Map(table);
  for (const model of before) edited.delete(model);
  order.forEach((model, index) => {
    const next = order[index + 1];
    if (next !== undefined) edited.set(model, next);
  });
  return edited;
}

/** Without the chain of `head`; what other chains pass through stays. */
export function removeChain(table: Table, head: string): Map<string, string> {
  const edited = new Map(table);
  for (const model of follow(table, head)) {
    if (model !== head && isLedTo(edited, model)) break;
    edited.delete(model);
  }
  return edited;
}

/** Heads of other chains that lead elsewhere than before. */
export function otherChainsChanged(before: Table, after: Table, head: string): string[] {
  return listChains(before)
    .map((chain) => chain.head)
    .filter((other) => other !== head && !isSame(follow(before, other), follow(after, other)));
}

/** As a merge patch: only what differs, null for what is gone. */
export function diffTables(before: Table, after: Table): Record<string, string | null> {
  const changed = [...after].filter(([model, next]) => before.get(model) !== next);
  const gone = [...before.keys()].filter((model) => !after.has(model)).map((model) => [model, null] as const);
  return Object.fromEntries([...changed, ...gone]);
}

/** An entry that only this chain led to would come up as a chain of its own. */
function dropUnled(table: Map<string, string>, model: string): void {
  if (!isLedTo(table, model)) table.delete(model);
}

function isLedTo(table: Table, model: string): boolean {
  return [...table].some(([from, next]) => next === model && from !== model);
}

const longContext = "[1m]";

/** A model marked `[1m]` without an entry of its own follows the plain one's. */
function nextOf(table: Table, model: string): string | undefined {
  const plain = model.endsWith(longContext) ? model.slice(0, -longContext.length) : model;
  return table.get(model) ?? table.get(plain);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
