// Finds a port that a process to be started can listen on.
import { createServer } from "node:net";

// Below the range from which the system picks ports for outgoing connections, so that no other test takes it meanwhile.
const lowest = 12_000;
const highest = 32_000;

/** A loopback port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
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
