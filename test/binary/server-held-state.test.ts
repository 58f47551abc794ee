// What lives on the upstream's side belongs to the key that made it: routing.md section 6, product.md section 4.
import { expect, setDefaultTimeout, test } from "bun:test";
import { errorBody, messageBody, messageEvents } from "../support/anthropic-answers";
import { errorOf, startProxy } from "../support/proxy-setup";
import { json, sse } from "../support/replies";

setDefaultTimeout(30_000);

const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "30" });

test.concurrent.each([
  ["/v1/files", "file_011CNha8iCJcU1wXNR6q4V8w", ""],
  ["/v1/messages/batches", "msgbatch_01HkcTjaV5uDC8jWR4ZsDV8d", "/results"],
  ["/v1/skills", "skill_01Abc", "/versions"],
])("what a key created under %s stays with that key", async (path, id, suffix) => {
  await using proxy = await startProxy();
  proxy.upstream.next({ path, method: "POST" }, json(200, { id, type: "thing" }));
  const made = await proxy.send(path, { method: "POST", body: "{}", headers: { "x-cf-key": "beta" } });
  expect(made.json()).toEqual({ id, type: "thing" });
  await proxy.send(`${path}/${id}${suffix}`);
  await proxy.send(`${path}/${id}`, { method: "DELETE" });
  await proxy.send(`${path}/other_id`);
  expect(proxy.upstream.calls()).toEqual([
    `beta POST ${path}`,
    `beta GET ${path}/${id}${suffix}`,
    `beta DELETE ${path}/${id}`,
    `alpha GET ${path}/other_id`,
  ]);
});

test.concurrent("a message that uses a file goes to the key that holds it, and to no other", async () => {
  await using proxy = await startProxy();
  const id = "file_011CNha8iCJcU1wXNR6q4V8w";
  proxy.upstream.next({ path: "/v1/files" }, json(200, { id, type: "file" }));
  await proxy.send("/v1/files", { method: "POST", body: "x", headers: { "x-cf-key": "beta" } });
  const messages = [{ role: "user", content: [{ type: "document", source: { type: "file", file_id: id } }] }];
  expect((await proxy.message({ fields: { messages } })).header("x-cf-key")).toBe("beta");
  proxy.upstream.always({ key: "beta" }, limited);
  expect((await proxy.message({ fields: { messages } })).status).toBe(429);
  expect(proxy.upstream.calls({ key: "alpha" })).toEqual([]);
});

test.concurrent("file ids in the middle of a conversation count too, mere text that looks like one does not", async () => {
  await using proxy = await startProxy();
  const id = "file_011CNha8iCJcU1wXNR6q4V8w";
  proxy.upstream.next({ path: "/v1/files" }, json(200, { id, type: "file" }));
  await proxy.send("/v1/files", { method: "POST", body: "x", headers: { "x-cf-key": "beta" } });
  const image = { type: "image", source: { type: "file", file_id: id } };
  const messages = [
    { role: "user", content: "first" },
    { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "look", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: [image] }] },
  ];
  expect((await proxy.message({ fields: { messages } })).header("x-cf-key")).toBe("beta");
  expect((await proxy.message({ prompt: `What is ${id}?` })).header("x-cf-key")).toBe("alpha");
});

const makers: [string, () => ReturnType<typeof json>][] = [
  [
    "a JSON answer",
    () => json(200, { ...messageBody({ id: "msg_held" }), container: { id: "container_held" } }),
  ],
  [
    "a stream",
    () =>
      sse(
        messageEvents({ id: "msg_held" }).map((event) =>
          event.replace('"stop_reason":null', '"stop_reason":null,"container":{"id":"container_held"}'),
        ),
      ),
  ],
];
const users: [string, Record<string, unknown>][] = [
  ["a container", { container: "container_held" }],
  ["a container with skills", { container: { id: "container_held", skills: [] } }],
  ["a thread to continue", { thread: { type: "continue", previous_message_id: "msg_held" } }],
];

test.concurrent.each(
  makers.flatMap(([how, reply]) => users.map(([what, fields]) => [what, how, fields, reply] as const)),
)(
  "a request with %s, made by %s, goes to the key that made it, and to no other",
  async (_what, how, fields, reply) => {
    await using proxy = await startProxy();
    proxy.upstream.next({ key: "beta" }, reply());
    const stream = how === "a stream";
    await proxy.message({ stream, headers: { "x-cf-key": "beta" }, fields: { thread: { type: "create" } } });
    expect((await proxy.message({ fields })).header("x-cf-key")).toBe("beta");
    proxy.upstream.always({ key: "beta" }, limited);
    const refused = await proxy.message({ fields });
    expect(refused.status).toBe(429);
    expect(errorOf(refused).details?.attempts?.map((attempt) => attempt.key)).toEqual(["beta"]);
    expect(proxy.upstream.calls({ key: "alpha" })).toEqual([]);
  },
);
