// A process of its own: answers every request with bytes that were laid out beforehand. Raw sockets, so that it is never the
// bottleneck. Tells its port to the parent and ends with it.
import type { Socket } from "bun";
import { type Answer, composeAnswers, lateMs } from "./answers";

const headEnd = Buffer.from("\r\n\r\n");
const answers = new Map<string, Answer>(composeAnswers());

class UpstreamConnection {
  readonly #socket: Socket<UpstreamConnection>;
  /** A head whose end has not come yet. */
  #head: Buffer | null = null;
  #bodyBytesMissing = 0;
  #answer: Answer | null = null;
  #piece = 0;
  #offset = 0;

  constructor(socket: Socket<UpstreamConnection>) {
    this.#socket = socket;
  }

  received(bytes: Buffer): void {
    if (this.#bodyBytesMissing > 0) {
      this.#bodyBytesMissing -= bytes.length;
      if (this.#bodyBytesMissing <= 0) this.#write();
      return;
    }
    const head = this.#head === null ? bytes : Buffer.concat([this.#head, bytes]);
    const end = head.indexOf(headEnd);
    if (end < 0) {
      // The bytes are the socket's again after this call.
      this.#head = Buffer.from(head);
      return;
    }
    this.#head = null;
    this.#begin(head.toString("latin1", 0, end), head.length - end - headEnd.length);
  }

  drained(): void {
    if (this.#answer !== null && this.#bodyBytesMissing <= 0) this.#write();
  }

  #begin(head: string, bodyBytesHere: number): void {
    const answer = answers.get(/^POST \S*[?&/]answer=([\w-]+)/.exec(head)?.[1] ?? "");
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (answer === undefined || length === undefined) {
      this.#socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    this.#answer = answer;
    this.#piece = 0;
    this.#offset = 0;
    this.#bodyBytesMissing = Number(length) - bodyBytesHere;
    if (this.#bodyBytesMissing <= 0) this.#write();
  }

  #write(): void {
    const answer = this.#answer;
    if (answer === null) return;
    while (this.#piece < answer.pieces.length) {
      const piece = answer.pieces[this.#piece] ?? headEnd;
      const written = this.#socket.write(this.#offset === 0 ? piece : piece.subarray(this.#offset));
      this.#offset += Math.max(0, written);
      if (this.#offset < piece.length) return;
      this.#offset = 0;
      this.#piece++;
      if (this.#piece === answer.piecesBeforePause) {
        setTimeout(() => this.#write(), lateMs);
        return;
      }
    }
    this.#answer = null;
  }
}

const listener = Bun.listen<UpstreamConnection>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open: (socket) => {
      socket.setNoDelay(true);
      socket.data = new UpstreamConnection(socket);
    },
    data: (socket, bytes) => socket.data.received(bytes),
    drain: (socket) => socket.data.drained(),
    // A proxy that is stopped resets its connections.
    error: () => {},
  },
});

process.on("disconnect", () => process.exit(0));
process.send?.({ port: listener.port });
