// A port on which connecting hangs: the system's queue is full and nobody takes connections out of it.
import { connect, type Socket } from "node:net";

export interface DeafListener {
  port: number;
  /** Lets it take connections from now on. */
  wake(): void;
  /** How many times bytes have arrived since then. */
  heard(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

const server = `const server = require("node:net").createServer((socket) => {
  socket.on("data", () => console.log("heard"));
  socket.on("error", () => socket.destroy());
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port));`;

/** Starts one, or resolves with null where the system lets every connection through (it does so beside Linux). */
export async function startDeafListener(): Promise<DeafListener | null> {
  if (process.platform !== "linux") return null;
  const child = Bun.spawn([process.execPath, "-e", server], {
    stdout: "pipe",
    stderr: "inherit",
    stdin: "ignore",
  });
  let output = "";
  const announced = Promise.withResolvers<number>();
  void (async () => {
    for await (const bytes of child.stdout) {
      output += new TextDecoder().decode(bytes);
      if (output.includes("\n")) announced.resolve(Number.parseInt(output, 10));
    }
  })();
  const port = await announced.promise;
  child.kill("SIGSTOP");
  const fillers: Socket[] = [];
  const stop = async () => {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGKILL");
    await child.exited;
  };
  // One more than the queue holds at most.
  for (let count = 0; count < 5000; count++) {
    const filler = connect({ port, host: "127.0.0.1" });
    filler.on("error", () => filler.destroy());
    fillers.push(filler);
    if (!(await connects(filler))) {
      return {
        port,
        wake: () => child.kill("SIGCONT"),
        heard: () => output.split("heard").length - 1,
        [Symbol.asyncDispose]: stop,
      };
    }
  }
  await stop();
  return null;
}

function connects(socket: Socket): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), 300);
  socket.on("connect", () => {
    clearTimeout(timer);
    resolve(true);
  });
  return promise;
}
