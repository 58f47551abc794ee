// How long the end of a proxy may take.

/** Answers that run when the end is asked for get this long. */
export const drainMs = 30_000;
