// One answer on its way to the client: takes what either dialect says, and writes it as Anthropic events.
import { makeMessageId, ToolIds } from "./answer-ids";
import type { StopReason } from "./anthropic";
import { BlockQueue } from "./block-queue";
import { makeError, type TranslatedError, translateErrorValue } from "./errors";
import { EventWriter } from "./event-writer";
import { ProseBlock, ToolBlock, WholeBlock } from "./queued-blocks";
import { type Finish, mapStopReason } from "./stop-reason";
import type { EmitEvent } from "./stream-event";
import type { ToolNames } from "./tool-names";
import { type AnswerUsage, estimateTokens, type MappedUsage, mapUsage } from "./usage";
import { type WebSearch, WebSources } from "./web-sources";

export interface AnswerOptions {
  /** The model that the client asked for, whatever serves. */
  model: string;
  requestId: string;
  /** Unique per attempt, of letters and digits: for ids that the upstream does not give. */
  idSeed: string;
  /** Estimated tokens of the whole prompt. */
  inputTokensEstimate: number;
  toolNames: Pick<ToolNames, "toClient">;
  /** Those that the upstream does not enforce itself. */
  stopSequences: readonly string[];
}

export interface AnswerFailure extends TranslatedError {
  /** `upstream`: the server said so. `cut`: it ended or broke in the middle. `unreadable`: what it sent makes no sense. */
  cause: "upstream" | "cut" | "unreadable";
  /** What the server said, as JSON of an error body `{error: {…}}`; null if it said nothing. */
  upstreamBody: string | null;
}

/** What is known of an answer so far. */
export interface AnswerFacts {
  /** What the first meaningful thing was. Roles, heartbeats and statuses say nothing: they come before errors, too. */
  readonly first: "ok" | "error" | null;
  readonly failure: AnswerFailure | null;
  /** Final once the answer has stopped. */
  readonly usage: AnswerUsage | null;
  /** What the answer has used so far, estimated where the server has not told it (yet); null before it begins. */
  readonly usageSoFar: MappedUsage | null;
  /** The tier that the server says it has used (`priority`, `flex`), for the price. */
  readonly serviceTier: string | null;
  readonly stopReason: string | null;
  /** The model that the upstream says has answered. */
  readonly upstreamModel: string | null;
  readonly messageId: string | null;
  /** The answer is whole: `message_stop` has gone out. */
  readonly stopped: boolean;
  /** A stop sequence ended the answer before the upstream did: abort it, or it goes on generating. */
  readonly stoppedEarly: boolean;
}

/** What a chunk or response of either dialect says about the answer as a whole. */
interface SelfDescription {
  id?: unknown;
  model?: unknown;
  usage?: unknown;
  service_tier?: unknown;
}

export class Answer implements AnswerFacts {
  readonly #options: AnswerOptions;
  readonly #writer: EventWriter;
  readonly #queue: BlockQueue;
  readonly #ids: ToolIds;
  readonly sources = new WebSources();
  #upstreamId: string | null = null;
  #reportedUsage: unknown = null;
  #outputTokens = 0;
  #webSearches = 0;
  #refused = false;
  first: "ok" | "error" | null = null;
  failure: AnswerFailure | null = null;
  usage: AnswerUsage | null = null;
  serviceTier: string | null = null;
  stopReason: string | null = null;
  upstreamModel: string | null = null;
  messageId: string | null = null;
  stopped = false;
  stoppedEarly = false;

  constructor(options: AnswerOptions, emit: EmitEvent) {
    this.#options = options;
    this.#writer = new EventWriter(emit);
    this.#queue = new BlockQueue(this.#writer);
    this.#ids = new ToolIds(options.idSeed);
  }

  /** Nothing more can be said. */
  get over(): boolean {
    return this.#writer.over;
  }

  get usageSoFar(): MappedUsage | null {
    return this.first === "ok" ? this.#mapUsage() : null;
  }

  /** Notes what an upstream's chunk or response says about itself. */
  note({ id, model, usage, service_tier: tier }: SelfDescription): void {
    if (typeof id === "string" && id !== "") this.#upstreamId ??= id;
    if (typeof model === "string" && model !== "") this.upstreamModel ??= model;
    if (typeof usage === "object" && usage !== null) this.#reportedUsage = usage;
    if (typeof tier === "string") this.serviceTier = tier;
  }

  /** The attempt works: the message starts, if it has not yet. */
  begin(): void {
    if (this.#writer.started) return;
    this.first = "ok";
    this.messageId = makeMessageId(this.#upstreamId, this.#options.idSeed);
    const { model, inputTokensEstimate } = this.#options;
    this.#writer.start({ id: this.messageId, model, inputTokens: inputTokensEstimate });
  }

  /** A block of its own for text or thinking; see `ProseBlock` for `yields`. */
  addProse(kind: "text" | "thinking", yields: boolean): ProseBlock {
    const block = new ProseBlock(kind, yields, this.#options.stopSequences);
    this.#queue.add(block);
    return block;
  }

  /** Text or thinking behind everything that came before, in the same block where the kind is the same. */
  say(kind: "text" | "thinking", piece: string): void {
    const { last } = this.#queue;
    const goesOn = last instanceof ProseBlock && last.kind === kind && last.yields && !last.over;
    this.push(goesOn ? last : this.addProse(kind, true), piece);
  }

  push(block: ProseBlock, piece: string): void {
    if (piece === "" || block.over) return;
    this.begin();
    this.#outputTokens += estimateTokens(piece);
    block.push(piece);
    this.advance();
  }

  /** The model refused; what it says about it is text like any other. */
  noteRefusal(): void {
    this.#refused = true;
  }

  /** Takes the place of a tool call in the answer; it starts when it is named. */
  addTool(): ToolBlock {
    this.begin();
    const block = new ToolBlock();
    this.#queue.add(block);
    return block;
  }

  nameTool(block: ToolBlock, wireName: string, upstreamId: string | null): void {
    if (block.named) return;
    const name = this.#options.toolNames.toClient(wireName);
    block.identify({ id: this.#ids.claim(upstreamId), name });
  }

  /** A piece of a call's arguments, or all of them as an object. */
  pushInput(block: ToolBlock, piece: unknown): void {
    if (block.over) return;
    if (typeof piece === "string") this.#outputTokens += estimateTokens(piece);
    block.input.push(piece);
  }

  /** All of a call's arguments, of which some have come already. */
  fillInput(block: ToolBlock, whole: unknown): void {
    if (!block.over) this.#outputTokens += estimateTokens(block.input.fill(whole));
  }

  /** Writes what may be written, after blocks have changed. */
  advance(): void {
    if (this.over) return;
    this.#queue.advance();
    if (this.#queue.stop !== null) this.#stopEarly();
  }

  /** Says the searches whose results are known. */
  saySearches(searches: readonly WebSearch[] = this.sources.takeComplete()): void {
    for (const { query, results } of searches) {
      this.begin();
      const id = this.#ids.claimServerTool();
      const call = { type: "server_tool_use", id, name: "web_search", input: {} } as const;
      this.#queue.add(new WholeBlock(call, JSON.stringify({ query })));
      this.#queue.add(new WholeBlock({ type: "web_search_tool_result", tool_use_id: id, content: results }));
      this.#webSearches++;
    }
    this.advance();
  }

  /** The answer is whole. */
  complete(finish: Finish): void {
    if (this.over) return;
    this.begin();
    this.#sayRest();
    if (this.over) return;
    this.#queue.drain(finish !== "stop");
    const { calls, cutCalls, stop } = this.#queue;
    if (stop !== null) this.#stopEarly();
    else this.#finish(mapStopReason({ finish, calls, cutCalls, refused: this.#refused }), null);
  }

  /** The server reports an error: `value` is what it said. */
  failUpstream(value: unknown): void {
    const failure = translateErrorValue(value, this.#options);
    const nested = typeof value === "object" && value !== null && "error" in value;
    const upstreamBody = JSON.stringify(nested ? value : { error: value });
    this.#fail({ ...failure, cause: "upstream", upstreamBody });
  }

  /** The answer can not go on, and no server said why. */
  failBroken(cause: "cut" | "unreadable", status: number, words: string): void {
    const error = makeError(status, words, this.#options.requestId);
    this.#fail({ ...error, cause, upstreamBody: null });
  }

  #fail(failure: AnswerFailure): void {
    if (this.over) return;
    if (failure.cause !== "cut") this.first ??= "error";
    this.failure = failure;
    this.#writer.fail(failure.body);
  }

  #sayRest(): void {
    const { searches, citations } = this.sources.takeRest();
    if (searches.length > 0) this.saySearches(searches);
    if (citations.length === 0) return;
    const lines = citations.map(({ url, title }) => `- ${title === url ? url : `${title}: ${url}`}`);
    this.say("text", `\n\nSources:\n${lines.join("\n")}`);
  }

  #stopEarly(): void {
    this.stoppedEarly = true;
    this.#finish("stop_sequence", this.#queue.stop);
  }

  #finish(stopReason: StopReason, stopSequence: string | null): void {
    this.usage = this.#mapUsage().usage;
    this.stopReason = stopReason;
    this.stopped = true;
    this.#writer.finish({ stopReason, stopSequence, usage: this.usage });
  }

  #mapUsage(): MappedUsage {
    return mapUsage(this.#reportedUsage, {
      inputTokens: this.#options.inputTokensEstimate,
      outputTokens: this.#outputTokens,
      webSearches: this.#webSearches,
    });
  }
}
