// Whatever is sent to the dashboard's API, it refuses in its own words, and the proxy goes on.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { apiRoutes } from "../../src/server/api/describe-api";
import { type ProxySetup, startProxy } from "../support/proxy-setup";

setDefaultTimeout(30_000);

const deep = "[".repeat(5000) + "]".repeat(5000);
const bodies: (string | Uint8Array)[] = [
  "",
  "null",
  "true",
  "-1",
  '"x"',
  "[]",
  deep,
  `{"a":${deep}}`,
  '{"__proto__":{"on":true}}',
  '{"constructor":{"prototype":{}}}',
  '{"token":""}',
  '{"token":"sk-ant-api03-\\n\\u0000","id":"../../x"}',
  '{"keyOrder":[1,null,{}]}',
  '{"undo":"nothing"}',
  '{"edits":[{"path":"/etc/passwd","diff":""}]}',
  '{"keys":{"":{}}}',
  '{"profiles":{"default":{"port":99999}}}',
  '{"\\ud800":"\\ud800"}',
  new Uint8Array([0xff, 0xfe, 0x7b]),
];
const names = [
  "alpha",
  "__proto__",
  "constructor",
  "%00",
  "..%2f..%2f",
  "%ff",
  "%F0%9F%98%80",
  "a".repeat(9000),
];
const changing = apiRoutes.filter(({ method }) => method !== "GET");
/** They change nothing that is kept, whatever they answer. */
const harmless = new Set(["POST /logout", "POST /tokens/recognize", "PATCH /config"]);

let proxy: ProxySetup;
beforeAll(async () => {
  proxy = await startProxy();
});
afterAll(() => proxy[Symbol.asyncDispose]());

test.each(changing.map(({ method, path }) => [method, path] as const))(
  "%s %s refuses nonsense",
  async (method, path) => {
    const { hash } = (await proxy.send("/dashboard/api/config")).json<{ hash: string }>();
    const headers = { "content-type": "application/json", "if-match": `"${hash}"` };
    // An action on a key that exists takes no body: the empty one is its proper call.
    const paths = path.includes(":") ? names.slice(1).map((name) => path.replace(/:\w+/, name)) : [path];
    for (const real of paths) {
      for (const body of bodies) {
        const answer = await proxy.send(`/dashboard/api${real}`, { method, headers, body });
        const told = [real.slice(0, 60), String(body).slice(0, 60), answer.status];
        if (answer.status < 400 && harmless.has(`${method} ${path}`)) continue;
        expect([...told, answer.status >= 400 && answer.status < 500]).toEqual([...told, true]);
        expect(Object.keys(answer.json().error as object)).toContain("message");
      }
    }
    const after = (await proxy.send("/dashboard/api/config")).json<{ hash: string }>();
    expect(after.hash).toBe(hash);
  },
);

test("the proxy serves as before", async () => {
  expect((await proxy.message()).status).toBe(200);
  expect((await proxy.health()).status).toBe("ok");
});
