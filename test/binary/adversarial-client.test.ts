// Clients that leave or ask at the worst moment: nothing of them may be left behind.
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { makeHome, spawnCf } from "../support/cf-process";
import { findFreePort } from "../support/free-port";
import { makeGate, until } from "../support/gate";
import { type ProxySetup, startProxy } from "../support/proxy-setup";
import { sendRaw } from "../support/raw-client";
import { after, respond, stall } from "../support/replies";

setDefaultTimeout(60_000);

/** Sends the beginning of a request and leaves once `arrived` says that the proxy has it. */
async function leaveWithin(port: number, bytes: string, arrived: () => Promise<unknown>): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port });
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  await new Promise<void>((resolve) => socket.on("connect", () => resolve()));
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  await arrived();
  socket.destroy();
  await closed;
}

/** Stops the proxy and returns what it said about requests that it still had to wait for. */
async function waitingAtTheEnd(proxy: ProxySetup): Promise<string> {
  proxy.cf.kill("SIGTERM");
  const { code, stdout, stderr } = await proxy.cf.exited;
  expect(code).toBe(0);
  expect(stderr).toBe("");
  return /Waiting for.*/.exec(stdout)?.[0] ?? "";
}

test.concurrent.each([
  ["/v1/messages", "content-length: 1000\r\n\r\n{"],
  ["/v1/messages", "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"],
  ["/v1/messages/count_tokens", "content-length: 1000\r\n\r\n{"],
  ["/v1/files", "content-length: 1000\r\n\r\n{"],
  ["/v1/files", "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"],
])("a client that leaves while its body is read leaves no request behind: %s", async (path, rest) => {
  await using proxy = await startProxy();
  const begun = `POST ${path} HTTP/1.1\r\nhost: localhost:${proxy.port}\r\n${rest}`;
  // A whole request after it: by its answer, the proxy has read what came before.
  await leaveWithin(proxy.port, begun, () => proxy.health());
  expect((await proxy.message()).status).toBe(200);
  expect(proxy.upstream.requests).toHaveLength(1);
  expect(await waitingAtTheEnd(proxy)).toBe("");
});

test.concurrent("a client that leaves at any moment of an attempt leaves nothing behind", async () => {
  await using proxy = await startProxy({ keys: ["alpha"] });
  const gate = makeGate();
  const cutOff = respond({
    headers: { "content-type": "text/event-stream" },
    parts: ["event: message_start\n"],
    ending: "stall",
  });
  for (const reply of [stall, cutOff, after(gate.promise, stall)]) {
    for (const stream of [true, false]) {
      const before = proxy.upstream.requests.length;
      proxy.upstream.next({}, reply);
      const request = proxy.beginMessage({ stream });
      await proxy.upstream.received(before + 1);
      request.abort();
      await proxy.upstream.waitFor(
        "the attempt is aborted",
        () => proxy.upstream.requests[before]?.abandonedAt != null,
      );
    }
  }
  await until("nobody is served", async () => (await proxy.keyHealth("alpha")).state === "ready");
  expect(proxy.upstream.openConnections).toBe(0);
  expect(await waitingAtTheEnd(proxy)).toBe("");
});

test.concurrent.each(["TRACE", "CONNECT"])(
  "%s is not passed on: it would bring the key back",
  async (method) => {
    await using proxy = await startProxy();
    const answer = await sendRaw(
      proxy.port,
      `${method} /v1/files HTTP/1.1\r\nhost: localhost:${proxy.port}\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toStartWith("HTTP/1.1 405 ");
    expect(proxy.upstream.requests).toHaveLength(0);
  },
);

test.concurrent("a model name of 100 KB makes no header or log line of that size", async () => {
  await using proxy = await startProxy();
  const answer = await proxy.message({ model: `odd-${"x".repeat(100_000)}` });
  expect(answer.status).toBe(200);
  expect(answer.header("x-cf-model")).toStartWith("odd-xxx");
  expect(
    answer.headers.map(([name, value]) => name.length + value.length).reduce((a, b) => a + b),
  ).toBeLessThan(4096);
  const log = Bun.file(join(proxy.cf.home, "logs", "cf.log"));
  await until("the request is logged", async () => (await log.text().catch(() => "")).includes("odd-xxx"));
  expect((await log.text()).length).toBeLessThan(8192);
});

test.concurrent("a run file that cannot be written is explained, and the port is free again", async () => {
  const home = await makeHome();
  await mkdir(join(home, "run.json", "in-the-way"), { recursive: true });
  const config = { profiles: { default: { port: await findFreePort() } } };
  const cf = await spawnCf({ config, home });
  const { code, stderr } = await cf.exited;
  await rm(home, { recursive: true });
  expect(code).toBe(1);
  expect(stderr).toContain(`Cannot write ${join(home, "run.json")}`);
  expect(stderr).not.toContain("fault in cf");
});
