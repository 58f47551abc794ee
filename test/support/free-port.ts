// Finds a port that a process to be started can listen on.
import { createServer } from "node:net";

// Below the range from which the system picks ports for outgoing connections, so that no connection takes it meanwhile.
const lowest = 12_000;
const highest = 32_000;
/** Each test process has a block of its own: files run in parallel, and a port is free until its user has started. */
const blockSize = 200;
const blocks = (highest - lowest) / blockSize;
const block = process.pid % blocks;
const handedOut = { count: Math.floor(Math.random() * blockSize) };

/** A loopback port that nobody listens on and that this process has not handed out lately. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = lowest + block * blockSize + (handedOut.count++ % blockSize);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
