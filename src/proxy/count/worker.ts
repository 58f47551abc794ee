// The thread that counts tokens: the tokenizer's tables and long prompts take their time here, not where streams pass.
import { countTokens } from "../../translate/count-tokens";
import { loadTokenizer } from "../../translate/load-tokenizer";
import type { CountReply } from "./local-counter";

const tokenizer = loadTokenizer();

addEventListener("message", async ({ data }: MessageEvent<Uint8Array>) => {
  postMessage({ tokens: await count(data) } satisfies CountReply);
});

/** Null for a body that cannot be read. */
async function count(body: Uint8Array): Promise<number | null> {
  const tokenize = await tokenizer;
  try {
    return countTokens(JSON.parse(new TextDecoder().decode(body)), tokenize);
  } catch {
    // Whoever asks has an estimate for what is no JSON after all.
    return null;
  }
}
