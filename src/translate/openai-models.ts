// What is known of OpenAI's models: efforts, windows, limits and the parameters that they refuse.

/** In ascending order. */
export const effortLadder = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof effortLadder)[number];

export interface OpenAiModel {
  /** null: nobody knows (another vendor's model). */
  reasoning: boolean | null;
  /** OpenAI's own hosted model, wherever it is reached. */
  own: boolean;
  /** Ascending; empty: the model takes no effort. */
  efforts: readonly Effort[];
  /** Prompt tokens; null: unknown. */
  maxInputTokens: number | null;
  /** Reasoning included; null: unknown. */
  maxOutputTokens: number | null;
  /** `temperature` and `top_p`. */
  takesSampling: boolean;
  takesStop: boolean;
  takesImages: boolean;
  /** Chat Completions refuses function tools unless the effort is `none`. */
  chatToolsNeedNoReasoning: boolean;
  /** Not served by Chat Completions. */
  responsesOnly: boolean;
  /** Searches the web by itself in Chat Completions. */
  searchesInChat: boolean;
}

const unknownModel: OpenAiModel = {
  reasoning: null,
  own: false,
  efforts: [],
  maxInputTokens: null,
  maxOutputTokens: null,
  takesSampling: true,
  takesStop: true,
  takesImages: true,
  chatToolsNeedNoReasoning: false,
  responsesOnly: false,
  searchesInChat: false,
};

const plain: OpenAiModel = { ...unknownModel, own: true, reasoning: false };

const reasoning: OpenAiModel = {
  ...plain,
  reasoning: true,
  takesSampling: false,
  takesStop: false,
  maxOutputTokens: 128_000,
};

const lowToHigh: readonly Effort[] = ["low", "medium", "high"];
const lowToXhigh: readonly Effort[] = [...lowToHigh, "xhigh"];
const lowToMax: readonly Effort[] = [...lowToXhigh, "max"];
const noneToHigh: readonly Effort[] = ["none", ...lowToHigh];
const noneToXhigh: readonly Effort[] = ["none", ...lowToXhigh];
const noneToMax: readonly Effort[] = ["none", ...lowToMax];

/** A window of 400,000 tokens, of which 128,000 for the answer. */
const gpt5 = { ...reasoning, maxInputTokens: 272_000 };
/** A window of 1,050,000 tokens. */
const gpt54 = { ...reasoning, maxInputTokens: 922_000, chatToolsNeedNoReasoning: true };
const oSeries = { ...reasoning, efforts: lowToHigh, maxInputTokens: 200_000, maxOutputTokens: 100_000 };
const gpt4o = { ...plain, maxInputTokens: 128_000, maxOutputTokens: 16_384 };

/** The first match decides. Names are lower case, without vendor, date and `:suffix`. */
const models: readonly (readonly [RegExp, OpenAiModel])[] = [
  [/^gpt-5-pro$/, { ...gpt5, efforts: ["high"], responsesOnly: true }],
  [/^gpt-5\.2-pro$/, { ...gpt5, efforts: ["medium", "high", "xhigh"] }],
  [/^gpt-5\.\d-pro$/, { ...gpt54, efforts: ["medium", "high", "xhigh"], responsesOnly: true }],
  [
    /^gpt-5-codex|^gpt-5\.1-codex$|^gpt-5\.1-codex-mini$/,
    { ...gpt5, efforts: lowToHigh, responsesOnly: true },
  ],
  [/^gpt-5\.\d-codex/, { ...gpt5, efforts: lowToXhigh, responsesOnly: true }],
  [/^codex-mini/, { ...oSeries, responsesOnly: true }],
  [/^gpt-5-chat-latest$/, { ...gpt4o }],
  [
    /^gpt-5[.\d]*-chat-latest$/,
    { ...reasoning, efforts: ["medium"], maxInputTokens: 128_000, maxOutputTokens: 16_384 },
  ],
  [/^gpt-5-search-api/, { ...gpt5, searchesInChat: true }],
  [/^gpt-5(?:-mini|-nano)?$/, { ...gpt5, efforts: ["minimal", ...lowToHigh] }],
  [/^gpt-5\.1(?:-|$)/, { ...gpt5, efforts: noneToHigh }],
  [/^gpt-5\.[23](?:-|$)/, { ...gpt5, efforts: noneToXhigh }],
  [/^gpt-5\.4-(?:mini|nano)/, { ...gpt54, maxInputTokens: 272_000, efforts: noneToXhigh }],
  [/^gpt-5\.[45](?:-|$)/, { ...gpt54, efforts: noneToXhigh }],
  [
    /^gpt-(?:5\.6|6)-cyber|^gpt-.*(?:daybreak|rosalind)/,
    { ...gpt54, efforts: lowToXhigh, responsesOnly: true },
  ],
  [/^gpt-5\.6(?:-|$)/, { ...gpt54, efforts: noneToMax }],
  [/^gpt-6(?:-sol|-luna)$|^gpt-6\.1-terra$/, { ...gpt54, efforts: noneToMax }],
  [/^gpt-6(?:[.-]|$)/, { ...gpt54, efforts: lowToMax }],
  [/^o[134](?:-mini)?-deep-research/, { ...oSeries, efforts: ["medium"], responsesOnly: true }],
  [/^o[13]-pro/, { ...oSeries, responsesOnly: true }],
  [
    /^o1-(?:preview|mini)/,
    { ...oSeries, efforts: [], maxInputTokens: 128_000, maxOutputTokens: 32_768, takesImages: false },
  ],
  [/^o3-mini/, { ...oSeries, takesImages: false }],
  [/^o\d(?:-|$)/, { ...oSeries }],
  [/^computer-use-preview/, { ...plain, responsesOnly: true, maxInputTokens: 8_192, maxOutputTokens: 1_024 }],
  [/^gpt-4o(?:-mini)?-search/, { ...gpt4o, takesSampling: false, searchesInChat: true, takesImages: false }],
  [/^(?:chat)?gpt-4o/, { ...gpt4o }],
  [/^gpt-4\.1/, { ...plain, maxInputTokens: 1_047_576, maxOutputTokens: 32_768 }],
  [/^gpt-4-(?:turbo|1106|0125|vision)/, { ...plain, maxInputTokens: 128_000, maxOutputTokens: 4_096 }],
  [/^gpt-4-32k/, { ...plain, maxInputTokens: 32_768, maxOutputTokens: 32_768, takesImages: false }],
  [/^gpt-4(?:-|$)/, { ...plain, maxInputTokens: 8_192, maxOutputTokens: 8_192, takesImages: false }],
  [/^gpt-3\.5/, { ...plain, maxInputTokens: 16_385, maxOutputTokens: 4_096, takesImages: false }],
  [/^gpt-oss/, { ...unknownModel, reasoning: true, efforts: lowToHigh, maxInputTokens: 131_072 }],
  // A generation that did not exist when this was written: like the newest that did, with the efforts that all share.
  [/^gpt-(?:[7-9]|\d\d)/, { ...gpt54, efforts: lowToXhigh }],
];

/** `model` as servers name it: `gpt-5.4-2026-03-05`, `openai/gpt-5.4`, `ft:gpt-4o:acme`, `llama3:8b`. */
export function findOpenAiModel(model: string): OpenAiModel {
  const name = bareName(model);
  return models.find(([pattern]) => pattern.test(name))?.[1] ?? unknownModel;
}

function bareName(model: string): string {
  const last = model.toLowerCase().split("/").at(-1) ?? "";
  const [first = "", base = ""] = last.split(":");
  const name = first === "ft" ? base : first;
  return name.replace(/-\d{4}-\d{2}-\d{2}$/, "");
}
