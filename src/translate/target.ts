// The server and model that a translated request is for.
import type { Lesson } from "./lessons";

export interface Target {
  /** As the server knows it, `gpt-6.1-sol` or `openai/gpt-5.4`. */
  model: string;
  api: "chat" | "responses";
  /** OpenAI's own host, not a compatible server. */
  isOpenAi: boolean;
  /** A ChatGPT subscription's token; speaks `responses` only, always streamed. */
  isChatGptToken: boolean;
  /** What this server refused before, for this model. */
  learnt: ReadonlySet<Lesson>;
}
