// Makes the ids of an answer: the upstream's own where Anthropic takes them, made ones where they are missing or not unique.

/** The part of an id that only says whose kind it is. */
const kindPrefix = /^(?:chatcmpl|cmpl|resp|gen|msg)[-_]/;
/** Servers that count their calls give the same ids in every turn; Anthropic refuses a history with the same id twice. */
const counter = /^(?:call|tool|toolu|fc)?[-_]?\d{0,4}$/i;

/** `seed` is unique per answer, of letters and digits. */
export function makeMessageId(upstreamId: string | null, seed: string): string {
  const characters = (upstreamId ?? "").replace(kindPrefix, "").replace(/[^a-zA-Z0-9_-]/g, "");
  return `msg_${characters === "" ? seed : characters}`;
}

/** Gives each tool call of one answer its id. */
export class ToolIds {
  readonly #seed: string;
  readonly #used = new Set<string>();

  constructor(seed: string) {
    this.#seed = seed;
  }

  claim(upstreamId: string | null): string {
    const own = (upstreamId ?? "").replace(/[^a-zA-Z0-9_-]/g, "_");
    if (!counter.test(own) && !this.#used.has(own)) return this.#use(own);
    return this.#use(`toolu_${this.#seed}_${this.#used.size}`);
  }

  /** For a call that the upstream makes itself. */
  claimServerTool(): string {
    return this.#use(`srvtoolu_${this.#seed}_${this.#used.size}`);
  }

  #use(id: string): string {
    this.#used.add(id);
    return id;
  }
}
