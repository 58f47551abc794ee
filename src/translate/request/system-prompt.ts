// Reads the system prompt as one text.
import type { JsonObject } from "../json-value";
import { readParts } from "./content";
import { type ContentContext, joinTexts, readBlocks } from "./parts";

/**
 * Claude Code's attribution. It changes with every conversation and would spoil OpenAI's prompt cache; Anthropic needs it
 * and gets it.
 */
const attribution = "x-anthropic-billing-header";

/** Blocks are joined by a blank line. `addition` goes to the end. Empty if there is nothing to say. */
export function readSystemPrompt(
  request: JsonObject,
  addition: string | null,
  context: ContentContext,
): string {
  const blocks = readBlocks(request.system);
  const [first] = blocks;
  const isAttributed = typeof first?.text === "string" && first.text.startsWith(attribution);
  if (isAttributed && Array.isArray(request.system)) {
    blocks.shift();
    context.warnings.add(attribution);
  }
  const texts = blocks
    .flatMap((block) => readParts(block, context))
    .flatMap((part) => (part.kind === "text" ? part.text : []));
  return joinTexts([...texts, addition ?? ""]);
}
