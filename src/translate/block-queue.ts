// Lines up the blocks of an answer: the first one streams, the others wait, since Anthropic has one open block at a time.
import type { EventWriter } from "./event-writer";
import { type QueuedBlock, ToolBlock } from "./queued-blocks";

/**
 * A block is added when its first piece comes and keeps its place. Upstreams interleave the pieces of parallel calls: what comes
 * for a waiting block is kept there, and follows as soon as the blocks before it are over.
 */
export class BlockQueue {
  readonly #writer: EventWriter;
  #blocks: QueuedBlock[] = [];
  /** The first block has been opened. */
  #open = false;
  /** Tool calls that have gone out. */
  calls = 0;
  /** Those of them that were cut off before their input was whole. */
  cutCalls = 0;
  /** The stop sequence that ended the answer: nothing goes out any more. */
  stop: string | null = null;

  constructor(writer: EventWriter) {
    this.#writer = writer;
  }

  /** The newest block: the one that prose without a place of its own goes on in. */
  get last(): QueuedBlock | undefined {
    return this.#blocks.at(-1);
  }

  add(block: QueuedBlock): void {
    this.#blocks.push(block);
  }

  /** Writes what may be written, after some block got something new. */
  advance(): void {
    this.#pump(false);
  }

  /** The answer is over, and with it all blocks. `cut`: it was cut off. */
  drain(cut: boolean): void {
    for (const block of this.#blocks) block.over = true;
    this.#pump(cut);
  }

  #pump(cut: boolean): void {
    for (let block = this.#blocks[0]; block !== undefined; block = this.#blocks[0]) {
      this.#write(block, block.take());
      this.stop = block.stop;
      if (this.stop !== null) this.#blocks = [];
      else if (block.over || (this.#blocks.length > 1 && block.yields)) this.#close(block, cut);
      else return;
    }
  }

  #close(block: QueuedBlock, cut: boolean): void {
    this.#write(block, block.close(cut));
    this.#blocks.shift();
    if (!this.#open) return;
    this.#open = false;
    this.#writer.close();
    if (!(block instanceof ToolBlock)) return;
    this.calls++;
    if (block.cut) this.cutCalls++;
  }

  #write(block: QueuedBlock, piece: string): void {
    if (!this.#open) {
      const { head } = block;
      if (head === null) return;
      this.#writer.open(head);
      this.#open = true;
    }
    if (piece !== "") this.#writer.append(piece);
  }
}
