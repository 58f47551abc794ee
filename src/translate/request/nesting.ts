// Guards everything that walks a request against one that is nested to break it.

/** No real request comes near; the call stack holds several times as many. */
const maxNesting = 1_000;

/** Walks without recursion, because recursion is what has to be protected. */
export function isNestedTooDeep(value: unknown): boolean {
  let level: object[] = isContainer(value) ? [value] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxNesting) return true;
    level = level.flatMap((holder) => Object.values(holder).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
