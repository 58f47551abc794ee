// An upstream whose host does not even take the connection: connectMs, and clients that leave meanwhile.
// Needs a full connection queue, which only Linux lets a test have; elsewhere there is nothing to look at.
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { type DeafListener, startDeafListener } from "../support/deaf-listener";
import { until } from "../support/gate";
import { errorOf, type ProxySetup, startProxy } from "../support/proxy-setup";

setDefaultTimeout(30_000);

const linux = process.platform === "linux";

async function startWithDeafAlpha(connectMs: number, keys: string[]): Promise<[DeafListener, ProxySetup]> {
  const deaf = await startDeafListener();
  if (deaf === null) throw new Error("This system lets every connection through");
  const others = Object.fromEntries(keys.map((key) => [key, {}]));
  const proxy = await startProxy({
    keys: { alpha: { baseUrl: `http://127.0.0.1:${deaf.port}` }, ...others },
    config: { timeouts: { connectMs, firstByteMs: 20_000, idleMs: 20_000 } },
  });
  return [deaf, proxy];
}

/** How many connections to the port wait for an answer to their SYN. */
async function connecting(port: number): Promise<number> {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n").map((line) => line.trim().split(/\s+/));
  return lines.filter((fields) => fields[2] === remote && fields[3] === "02").length;
}

test.concurrent.skipIf(!linux)(
  "a connection that hangs is given up after connectMs, twice, then the next key",
  async () => {
    const [deaf, proxy] = await startWithDeafAlpha(500, ["beta"]);
    await using _deaf = deaf;
    await using _proxy = proxy;
    const begun = Date.now();
    const answer = await proxy.message();
    expect(answer.status).toBe(200);
    expect(answer.header("x-cf-key")).toBe("beta");
    expect(answer.header("x-cf-attempts")).toBe("3");
    expect(Date.now() - begun).toBeGreaterThan(900);
    expect(Date.now() - begun).toBeLessThan(6000);
  },
);

test.concurrent.skipIf(!linux)("no other key: 502 that says so", async () => {
  const [deaf, proxy] = await startWithDeafAlpha(300, []);
  await using _deaf = deaf;
  await using _proxy = proxy;
  const answer = await proxy.message();
  expect(answer.status).toBe(502);
  expect(errorOf(answer).type).toBe("api_error");
  expect(errorOf(answer).details?.attempts?.every((attempt) => attempt.reason === "network")).toBe(true);
});

test.concurrent.skipIf(!linux)(
  "a client that leaves while connecting: nothing is sent when the connection comes about",
  async () => {
    const [deaf, proxy] = await startWithDeafAlpha(20_000, ["beta"]);
    await using _deaf = deaf;
    await using _proxy = proxy;
    const before = await connecting(deaf.port);
    const pending = proxy.beginMessage();
    await until("the proxy connects", async () => (await connecting(deaf.port)) === before + 1);
    pending.abort();
    // The time within which a disconnect must have been passed on.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    deaf.wake();
    await until(
      "every connection has come about or was given up",
      async () => (await connecting(deaf.port)) === 0,
    );
    expect((await proxy.keyHealth("alpha")).cooldowns).toEqual([]);
    expect(deaf.heard()).toBe(0);
    expect(proxy.upstream.requests).toEqual([]);
    // The listener does hear what is sent to it.
    proxy.beginMessage();
    await until("the next request arrives", () => deaf.heard() > 0);
  },
);
