// A model's name as it is kept and shown: clients may call a model anything.
import { redact } from "../redact";

const longestName = 128;

/** Cut to length. A token that was pasted in a name's place does not show: half of one would not be recognised. */
export function showName(model: string): string {
  return redact(model).slice(0, longestName);
}
