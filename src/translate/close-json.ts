// Finds the characters that are missing at the end of JSON that was cut off.

/** Tried in this order: within a string, behind a key, before a value, within a word or number. */
const fillings = [
  "",
  '"',
  '":null',
  ":null",
  "null",
  "ull",
  "ll",
  "l",
  "rue",
  "ue",
  "alse",
  "lse",
  "se",
  "e",
  "0",
];

/**
 * What to append to `cut` so that it is the JSON of an object or array, "" if it is whole already, null if no end would help.
 * Nothing that is there is taken away, so that it also serves text that has gone out.
 */
export function closeJson(cut: string): string | null {
  const closers = openBrackets(cut);
  if (closers === null) return null;
  const filling = fillings.find((candidate) => isJson(cut + candidate + closers));
  return filling === undefined ? null : filling + closers;
}

/** The closing brackets that are due, innermost first; null if the text does not begin with a bracket. */
function openBrackets(text: string): string | null {
  if (!/^\s*[{[]/.test(text)) return null;
  const closers: string[] = [];
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{") closers.push("}");
    else if (character === "[") closers.push("]");
    else if (character === "}" || character === "]") closers.pop();
  }
  return closers.reverse().join("");
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The answer to the question, not a fault.
    return false;
  }
}
