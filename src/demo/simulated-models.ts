// The models that the simulated API knows, in the shape of the Models API.

export interface SimulatedModel {
  id: string;
  display_name: string;
  created_at: string;
  max_input_tokens: number;
  max_tokens: number;
}

const million = 1_000_000;

function model(id: string, name: string, created: string, input: number, output: number): SimulatedModel {
  return {
    id,
    display_name: name,
    created_at: `${created}T00:00:00Z`,
    max_input_tokens: input,
    max_tokens: output,
  };
}

/** Newest first, as the Models API lists them. */
export const simulatedModels: readonly SimulatedModel[] = [
  model("claude-fable-5-2", "Claude Fable 5.2", "2026-10-21", million, 128_000),
  model("claude-opus-5-5", "Claude Opus 5.5", "2026-10-07", million, 128_000),
  model("claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-10-07", million, 128_000),
  model("claude-haiku-5-5", "Claude Haiku 5.5", "2026-10-07", million, 128_000),
  model("claude-fable-5-1", "Claude Fable 5.1", "2026-08-19", million, 128_000),
  model("claude-fable-5", "Claude Fable 5", "2026-07-01", million, 128_000),
  model("claude-opus-5", "Claude Opus 5", "2026-07-01", million, 128_000),
  model("claude-sonnet-5", "Claude Sonnet 5", "2026-07-01", million, 128_000),
  model("claude-opus-4-8", "Claude Opus 4.8", "2026-05-05", million, 128_000),
  model("claude-opus-4-7", "Claude Opus 4.7", "2026-03-31", million, 128_000),
  model("claude-opus-4-6", "Claude Opus 4.6", "2026-02-04", million, 128_000),
  model("claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17", million, 128_000),
  model("claude-opus-4-5-20251101", "Claude Opus 4.5", "2025-11-24", 200_000, 64_000),
  model("claude-haiku-4-5-20251001", "Claude Haiku 4.5", "2025-10-15", 200_000, 64_000),
  model("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "2025-09-29", 200_000, 64_000),
];

/** Finds a model by its id, with or without the date at its end. */
export function findModel(id: string): SimulatedModel | undefined {
  return simulatedModels.find((known) => known.id === id || known.id.replace(/-\d{8}$/, "") === id);
}
