// A model's name as it is kept and shown: clients may call a model anything.
import { redact } from "../redact";

const longestName = 128;
/** What nearly all names are: nothing in them to take out. */
const plain = /^(?!.*(?:sk-|eyJ))[\w./@[\]-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * One line, cut to `longest`. A token that was pasted in a name's place does not show: half of one would not be recognised.
 */
export function showName(name: string, longest = longestName): string {
  if (name.length <= longest && plain.test(name)) return name;
  return redact(name).replace(controls, " ").slice(0, longest);
}
