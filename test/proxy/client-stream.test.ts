// The body of a streamed answer: a reader that stands still holds its producer back, whoever resumes that meanwhile.
import { expect, test } from "bun:test";
import { connect } from "node:net";
import { ClientStream } from "../../src/proxy/client-stream";
import { until } from "../support/gate";

test("while the client stands still, every write pauses the producer anew", async () => {
  const stream = new ClientStream();
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(stream.body) });
  const client = connect({ host: "127.0.0.1", port: server.port ?? 0 });
  let received = 0;
  client.once("data", () => client.pause());
  client.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const calls: string[] = [];
  stream.write(new Uint8Array(10));
  await until("the client has begun to read", () => client.isPaused());
  stream.attach({ pause: () => calls.push("pause"), resume: () => calls.push("resume") });
  let written = 10;
  await until("the client's socket is full", () => {
    stream.write(new Uint8Array(1_000_000));
    written += 1_000_000;
    return stream.full;
  });
  expect(calls).toEqual(["pause"]);
  stream.write(new Uint8Array(1_000_000));
  written += 1_000_000;
  expect(calls).toEqual(["pause", "pause"]);
  stream.end();
  client.on("data", (bytes) => {
    received += bytes.length;
  });
  client.resume();
  // The end that was written while nobody read is not lost.
  await until("everything has arrived", () => received >= written);
  client.destroy();
});
