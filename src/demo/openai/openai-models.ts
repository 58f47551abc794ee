// The models that the simulated OpenAI API serves.

export interface SimulatedOpenAiModel {
  id: string;
  /** Prompt tokens; the answer has its own room beside them. */
  maxInputTokens: number;
}

const windows: readonly (readonly [number, string])[] = [
  [
    922_000,
    "gpt-6.2-astra gpt-6.2-sol gpt-6.1-sol gpt-6.1-terra gpt-6-astra gpt-6-sol gpt-6-luna gpt-5.6 gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.4",
  ],
  [
    272_000,
    "gpt-5.4-mini gpt-5.4-nano gpt-5.3 gpt-5.2 gpt-5.1 gpt-5 gpt-5-mini gpt-5-nano gpt-5-pro gpt-5-codex gpt-5.1-codex",
  ],
  [200_000, "o1 o3 o3-mini o4-mini"],
  [1_047_576, "gpt-4.1 gpt-4.1-mini gpt-4.1-nano"],
  [128_000, "gpt-4o gpt-4o-mini gpt-4o-search-preview"],
];

export const simulatedOpenAiModels: readonly SimulatedOpenAiModel[] = windows.flatMap(([tokens, ids]) =>
  ids.split(" ").map((id) => ({ id, maxInputTokens: tokens })),
);

export function findSimulatedOpenAiModel(id: string): SimulatedOpenAiModel | undefined {
  return simulatedOpenAiModels.find((model) => model.id === id);
}

/** An entry of `GET /v1/models`. */
export function describeOpenAiModel({ id }: SimulatedOpenAiModel): Record<string, unknown> {
  return { id, object: "model", created: 1_790_000_000, owned_by: "system" };
}
