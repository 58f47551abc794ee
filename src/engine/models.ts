// Model names: the family that shares a limit and a prompt cache, and the chain of fallbacks.

/** The asked model and its fallbacks together. */
export const maxChainLength = 5;

const longContextSuffix = "[1m]";

/** The model without the `[1m]` mark that some clients append to ask for the long context window. */
export function baseModel(model: string): string {
  return model.endsWith(longContextSuffix) ? model.slice(0, -longContextSuffix.length) : model;
}

/**
 * "opus" for `claude-opus-4-6`, `claude-3-opus-20240229` and `us.anthropic.claude-opus-4-v1:0`; any other model is its
 * own family. The family's name is the first word after "claude", so that a family which does not exist yet works too.
 */
export function modelFamily(model: string): string {
  const name = baseModel(model).toLowerCase();
  const words = /(?:^|[./])claude-(.+)$/.exec(name)?.[1]?.split(/[-.:@]/) ?? [];
  return words.find((word) => /^[a-z]{3,}$/.test(word) && word !== "latest") ?? name;
}

/**
 * The asked model, then the models it falls back to, at most five in all; a cycle ends the chain. A model with `[1m]`
 * follows its own entry if it has one, else that of the plain model.
 */
export function modelChain(model: string, fallbacks: ReadonlyMap<string, string>): string[] {
  const chain = [model];
  let next = nextModel(model, fallbacks);
  while (next !== undefined && !chain.includes(next) && chain.length < maxChainLength) {
    chain.push(next);
    next = nextModel(next, fallbacks);
  }
  return chain;
}

function nextModel(model: string, fallbacks: ReadonlyMap<string, string>): string | undefined {
  return fallbacks.get(model) ?? fallbacks.get(baseModel(model));
}

/**
 * The OpenAI model that stands in for a Claude model: by exact id, else by the longest family prefix, else by `*`; null
 * if the mapping has none.
 */
export function mapToOpenAi(model: string, mapping: ReadonlyMap<string, string>): string | null {
  const plain = baseModel(model);
  const exact = mapping.get(model) ?? mapping.get(plain);
  if (exact !== undefined) return exact;
  let longest = "";
  for (const prefix of mapping.keys()) {
    if (plain.startsWith(`${prefix}-`) && prefix.length > longest.length) longest = prefix;
  }
  return mapping.get(longest) ?? mapping.get("*") ?? null;
}

/** Whether a client that asks for this model means OpenAI's: it has one of its names, or the mapping leads to it. */
export function namesOpenAiModel(model: string, mapping: ReadonlyMap<string, string>): boolean {
  if (model.startsWith("claude")) return false;
  return /^(?:gpt|o\d|chatgpt|codex)(?:-|$|\d)/.test(model) || [...mapping.values()].includes(model);
}
