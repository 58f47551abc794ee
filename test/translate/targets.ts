// Targets to translate for.
import type { Lesson } from "../../src/translate/lessons";
import type { Target } from "../../src/translate/target";

export function chatTarget(model = "gpt-5.4", changes: Partial<Target> = {}): Target {
  return { model, api: "chat", isOpenAi: true, isChatGptToken: false, learnt: new Set<Lesson>(), ...changes };
}

export function responsesTarget(model = "gpt-6.1-sol", changes: Partial<Target> = {}): Target {
  return { ...chatTarget(model, changes), api: "responses", ...changes };
}

/** A server that only speaks OpenAI's language. */
export function compatibleTarget(model = "qwen3:32b", changes: Partial<Target> = {}): Target {
  return chatTarget(model, { isOpenAi: false, ...changes });
}

export function chatGptTarget(model = "gpt-6.1-sol"): Target {
  return responsesTarget(model, { isChatGptToken: true });
}
