import { afterEach, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import type { Failure, Origin, ResponseListener } from "../../../src/proxy/http1/connection";
import { ConnectionPool } from "../../../src/proxy/http1/connection-pool";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function listen(onSocket: (socket: Socket) => void): Promise<Origin> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { key: `http://127.0.0.1:${address.port}`, secure: false, host: "127.0.0.1", port: address.port };
}

interface Received {
  status: number;
  body: string;
  failure: Failure | null;
}

function pool(): ConnectionPool {
  const made = new ConnectionPool();
  cleanups.push(() => made.close());
  return made;
}

function ask(
  connections: ConnectionPool,
  origin: Origin,
  options: { body?: Uint8Array; fresh?: boolean; connectMs?: number } = {},
): Promise<Received> {
  const { promise, resolve } = Promise.withResolvers<Received>();
  const received: Received = { status: 0, body: "", failure: null };
  const listener: ResponseListener = {
    onHead: (head) => {
      received.status = head.status;
    },
    onData: (chunk) => {
      received.body += Buffer.from(chunk).toString("latin1");
    },
    onEnd: () => resolve(received),
    onFail: (failure) => resolve({ ...received, failure }),
  };
  const body = options.body ?? null;
  const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body?.length ?? 0}\r\n\r\n`;
  const limits = { connectMs: options.connectMs ?? 5_000, fresh: options.fresh ?? false };
  connections.send(origin, { method: "POST", head, body }, listener, limits);
  return promise;
}

const hello = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

describe("connections", () => {
  test("an idle connection serves the next request", async () => {
    let sockets = 0;
    const origin = await listen((socket) => {
      sockets++;
      socket.on("data", () => socket.write(hello));
    });
    const connections = pool();
    expect((await ask(connections, origin)).body).toBe("hello");
    expect((await ask(connections, origin)).body).toBe("hello");
    expect(sockets).toBe(1);
    await ask(connections, origin, { fresh: true });
    expect(sockets).toBe(2);
  });

  test("after an idle hour the first request ran into a dead socket: it is told apart as stale", async () => {
    const sockets: Socket[] = [];
    const origin = await listen((socket) => {
      sockets.push(socket);
      socket.on("data", () =>
        sockets.length === 1 && socket.bytesRead > 60 ? socket.destroy() : socket.write(hello),
      );
    });
    const connections = pool();
    await ask(connections, origin);
    const second = await ask(connections, origin);
    expect(second.failure).toMatchObject({ cause: "reset", stale: true });
    expect((await ask(connections, origin, { fresh: true })).body).toBe("hello");
  });

  test("a connection that the peer closed while idle is not handed out", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    let sockets = 0;
    const origin = await listen((socket) => {
      sockets++;
      socket.on("close", () => resolve());
      socket.on("data", () => (sockets === 1 ? socket.end(hello) : socket.write(hello)));
    });
    const connections = pool();
    await ask(connections, origin);
    await closed;
    expect((await ask(connections, origin)).failure).toBeNull();
    expect(sockets).toBe(2);
  });

  test("a large body arrives whole through a peer that reads slowly", async () => {
    const body = Buffer.alloc(8_000_000, "x");
    let read = 0;
    const origin = await listen((socket) => {
      socket.on("data", (chunk) => {
        read += chunk.length;
        socket.pause();
        setImmediate(() => socket.resume());
        if (read >= body.length) socket.write(hello);
      });
    });
    expect((await ask(pool(), origin, { body })).body).toBe("hello");
    expect(read).toBeGreaterThan(body.length);
  });

  test("more than 256 requests run at once", async () => {
    const waiting: Socket[] = [];
    const origin = await listen((socket) => {
      socket.once("data", () => {
        waiting.push(socket);
        if (waiting.length === 300) for (const each of waiting) each.write(hello);
      });
    });
    const connections = pool();
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask(connections, origin)));
    expect(answers.every((answer) => answer.body === "hello")).toBe(true);
  });

  test("pause holds the upstream back, resume lets it go on, and nothing is lost", async () => {
    const total = 64_000_000;
    const piece = Buffer.alloc(64_000, "y");
    let written = 0;
    const stalled = Promise.withResolvers<void>();
    const origin = await listen((socket) => {
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`);
        const pump = () => {
          while (written < total) {
            written += piece.length;
            if (!socket.write(piece)) {
              if (socket.writableLength > 100_000) stalled.resolve();
              socket.once("drain", pump);
              return;
            }
          }
        };
        pump();
      });
    });
    let bytes = 0;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const firstByte = Promise.withResolvers<void>();
    const connection = pool().send(
      origin,
      { method: "GET", head: "GET / HTTP/1.1\r\nhost: x\r\n\r\n", body: null },
      {
        onHead: () => {},
        onData: (chunk) => {
          if (bytes === 0) connection.pause();
          bytes += chunk.length;
          firstByte.resolve();
        },
        onEnd: resolve,
        onFail: (failure) => {
          throw new Error(failure.message);
        },
      },
      { connectMs: 5_000, fresh: false },
    );
    await firstByte.promise;
    await stalled.promise;
    expect(written).toBeLessThan(total / 2);
    connection.resume();
    await ended;
    expect(bytes).toBe(total);
  });

  test("abort closes the connection and the listener hears nothing", async () => {
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
    const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
    const origin = await listen((socket) => {
      socket.once("data", () => onAsked());
      socket.on("close", () => onClosed());
    });
    const silent = () => {
      throw new Error("heard something");
    };
    const connection = pool().send(
      origin,
      { method: "GET", head: "GET / HTTP/1.1\r\nhost: x\r\n\r\n", body: null },
      { onHead: silent, onData: silent, onEnd: silent, onFail: silent },
      { connectMs: 5_000, fresh: false },
    );
    await asked;
    connection.abort();
    await closed;
  });
});

describe("failures are told apart", () => {
  test("refused", async () => {
    const origin: Origin = { key: "x", secure: false, host: "127.0.0.1", port: 1 };
    expect((await ask(pool(), origin)).failure).toMatchObject({ cause: "refused", stale: false });
  });

  test("a name that does not resolve", async () => {
    const origin: Origin = { key: "x", secure: false, host: "no-such-host.invalid", port: 80 };
    expect((await ask(pool(), origin)).failure?.cause).toBe("dns");
  });

  test("reset before the first byte", async () => {
    const origin = await listen((socket) => socket.once("data", () => socket.resetAndDestroy()));
    expect((await ask(pool(), origin)).failure).toMatchObject({ cause: "reset", stale: false });
  });

  test("cut inside the body", async () => {
    const origin = await listen((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")),
    );
    expect(await ask(pool(), origin)).toMatchObject({
      status: 200,
      body: "abc",
      failure: { cause: "reset" },
    });
  });

  test("no HTTP", async () => {
    const origin = await listen((socket) =>
      socket.once("data", () => socket.write("220 smtp ready\r\n\r\n")),
    );
    expect((await ask(pool(), origin)).failure?.cause).toBe("protocol");
  });

  test("TLS to a server that speaks none", async () => {
    const origin = await listen((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    );
    expect((await ask(pool(), { ...origin, secure: true })).failure?.cause).toBe("tls");
  });

  test("a connection that never stands", async () => {
    const origin = await listen(() => {});
    // The TLS handshake never comes: the peer accepts and stays silent.
    const failure = (await ask(pool(), { ...origin, secure: true }, { connectMs: 50 })).failure;
    expect(failure?.cause).toBe("connect-timeout");
  });
});

describe("TLS", () => {
  test("nothing is sent to a host whose certificate does not prove it", async () => {
    const received: string[] = [];
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      tls: {
        key: Bun.file(`${import.meta.dir}/untrusted.key`),
        cert: Bun.file(`${import.meta.dir}/untrusted.pem`),
      },
      socket: {
        open: () => {},
        data: (_socket, bytes) => {
          received.push(bytes.toString());
        },
      },
    });
    cleanups.push(() => server.stop(true));
    const origin: Origin = { key: "x", secure: true, host: "localhost", port: server.port };
    expect((await ask(pool(), origin)).failure?.cause).toBe("tls");
    expect(received).toEqual([]);
  });
});
