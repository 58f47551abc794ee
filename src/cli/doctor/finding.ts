// What a check of `cf doctor` found.

export interface Finding {
  /** Stable, in snake case. */
  readonly check: string;
  /** What was looked at, in a word or two. */
  readonly subject: string;
  readonly state: "ok" | "warn" | "fail";
  /** What is so. */
  readonly words: string;
  /** What to do about it; null where nothing is to be done. */
  readonly remedy: string | null;
}

/** The subject of a check, from which its findings are made. */
export function about(check: string, subject: string) {
  const make = (state: Finding["state"], words: string, remedy: string | null): Finding => {
    return { check, subject, state, words, remedy };
  };
  return {
    ok: (words: string) => make("ok", words, null),
    warn: (words: string, remedy: string | null) => make("warn", words, remedy),
    fail: (words: string, remedy: string | null) => make("fail", words, remedy),
  };
}
