// The clients of a soak run: patient ones, impatient ones and slow ones, each with one request after another.
import { connect } from "node:net";

/** read: to the end. abort: leaves at a random moment. slow: reads with pauses, and leaves after a while. */
const habits = ["read", "read", "read", "abort", "slow"] as const;
type Habit = (typeof habits)[number];

/** How requests ended, by status or by what the client did. `stuck` must never happen. */
export type Endings = Map<string, number>;

const impatienceMs = 300;
const slowPauseMs = 20;
const slowPatienceMs = 3000;
/** Longer than all retries and waits that the soak's config allows together. */
const stuckMs = 30_000;

/** Sends until `signal` aborts; `endings` is kept up to date. */
export async function keepAsking(port: number, endings: Endings, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ending = await askOnce(port, pick(habits), signal);
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
}

function askOnce(port: number, habit: Habit, signal: AbortSignal): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  let status = "";
  let ending: string | null = null;
  const leave = (words: string) => {
    ending ??= words;
    socket.destroy();
  };
  const stuck = setTimeout(() => leave("stuck"), stuckMs);
  const patience = setTimeout(() => leave(`left (${habit})`), patienceOf(habit));
  const stop = () => leave("left (the end)");
  signal.addEventListener("abort", stop);
  socket.on("connect", () => socket.write(composeRequest(port)));
  socket.on("data", (bytes) => {
    if (status === "") status = bytes.toString("latin1", 9, 12);
    if (habit !== "slow") return;
    socket.pause();
    setTimeout(() => socket.resume(), slowPauseMs);
  });
  socket.on("error", () => {
    // The close event that follows ends the request.
  });
  socket.on("close", () => {
    clearTimeout(stuck);
    clearTimeout(patience);
    signal.removeEventListener("abort", stop);
    resolve(ending ?? (status === "" ? "cut off" : status));
  });
  return promise;
}

function patienceOf(habit: Habit): number {
  if (habit === "abort") return Math.random() * impatienceMs;
  return habit === "slow" ? slowPatienceMs : stuckMs;
}

function composeRequest(port: number): string {
  const body = JSON.stringify({
    model: "claude-opus-4-6",
    max_tokens: 1000,
    stream: Math.random() < 0.7,
    // Now and then a large one, which does not fit into a socket's buffer.
    messages: [{ role: "user", content: "x".repeat(Math.random() < 0.1 ? 400_000 : 2000) }],
  });
  const head = [
    "POST /v1/messages HTTP/1.1",
    `host: localhost:${port}`,
    "content-type: application/json",
    "anthropic-version: 2023-06-01",
    `x-claude-code-session-id: ${crypto.randomUUID()}`,
    `content-length: ${body.length}`,
    // The end of the answer is then the end of the connection.
    "connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

function pick<Item>(items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(Math.random() * items.length)] ?? items[0];
}
