// Cuts an answer's text into the pieces in which a model streams it.

/** One or two words at a time, as a model's tokens arrive. */
export function splitText(text: string): string[] {
  return text.match(/\S+\s*(?:\S+\s*)?/gu) ?? [text];
}
