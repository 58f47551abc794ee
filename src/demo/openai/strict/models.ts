// What the strict checker knows of OpenAI's models; written from the vendor's tables, apart from the translator's own.

export interface StrictModel {
  efforts: readonly string[];
  maxOutput: number;
  chatToolsNeedNone: boolean;
  responsesOnly: boolean;
  search: boolean;
}

const rules: readonly (readonly [RegExp, readonly string[], Partial<StrictModel>])[] = [
  [
    /^gpt-(6\.2-(astra|sol)|6-astra|6\.1-sol)$/,
    ["low", "medium", "high", "xhigh", "max"],
    { chatToolsNeedNone: true },
  ],
  [
    /^gpt-(6\.1-terra|6-sol|6-luna|5\.6(-sol|-terra|-luna)?)$/,
    ["none", "low", "medium", "high", "xhigh", "max"],
    { chatToolsNeedNone: true },
  ],
  [/^gpt-5\.[45](-mini|-nano)?$/, ["none", "low", "medium", "high", "xhigh"], { chatToolsNeedNone: true }],
  [/^gpt-5\.[23]$/, ["none", "low", "medium", "high", "xhigh"], {}],
  [/^gpt-5\.1$/, ["none", "low", "medium", "high"], {}],
  [/^gpt-5(-mini|-nano)?$/, ["minimal", "low", "medium", "high"], {}],
  [/^gpt-5-pro$/, ["high"], { responsesOnly: true }],
  [/^gpt-5(\.1)?-codex$/, ["low", "medium", "high"], { responsesOnly: true }],
  [/^o(1|3|3-mini|4-mini)$/, ["low", "medium", "high"], { maxOutput: 100_000 }],
  [/^gpt-4o(-mini)?$/, [], { maxOutput: 16_384 }],
  [/^gpt-4o-search-preview$/, [], { maxOutput: 16_384, search: true }],
  [/^gpt-4\.1(-mini|-nano)?$/, [], { maxOutput: 32_768 }],
];

/** undefined: another vendor's model, about which nothing is asserted. */
export function findStrictModel(model: string): StrictModel | undefined {
  const rule = rules.find(([pattern]) => pattern.test(model));
  if (rule === undefined) return undefined;
  const [, efforts, rest] = rule;
  return {
    efforts,
    maxOutput: 128_000,
    chatToolsNeedNone: false,
    responsesOnly: false,
    search: false,
    ...rest,
  };
}
