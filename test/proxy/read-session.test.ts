import { describe, expect, test } from "bun:test";
import { readConversation } from "../../src/proxy/read-session";
import { scanRequest } from "../../src/proxy/scan-json";
import { readRecordedRequests } from "../support/recorded-requests";
import { toBytes } from "./loose-json";

const session = "11111111-2222-4333-8444-555555555555";
const other = "99999999-2222-4333-8444-555555555555";

function identify(body: unknown, headers: Record<string, string> = {}): string | null {
  const bytes = toBytes(typeof body === "string" ? body : JSON.stringify(body));
  const scan = scanRequest(bytes);
  if ("error" in scan) throw new Error(scan.error.message);
  return readConversation(new Headers(headers), bytes, scan);
}

const inSession = { "x-claude-code-session-id": session };
const user = (content: unknown) => ({ role: "user", content });
const text = (words: string, more = {}) => ({ type: "text", text: words, ...more });
const cached = { cache_control: { type: "ephemeral" } };

/** A recorded request with one session instead of its own. */
function recorded(name: string): Record<string, unknown> {
  const found = readRecordedRequests().find((request) => request.name === name);
  if (found?.body == null) throw new Error(`no recorded request ${name}`);
  return found.body;
}

describe("the same conversation from turn to turn", () => {
  test("the recorded first and last turn of one session of the client", () => {
    const turns = readRecordedRequests().filter(({ name }) => name === "tui-first" || name === "compact");
    const ids = turns.map(({ bytes, headers }) => identify(bytes, headers));
    expect(ids).toHaveLength(2);
    expect(ids[0]).toStartWith("a3436439-");
    expect(ids[1]).toBe(ids[0] as string);
    expect(turns.map(({ bytes }) => identify(bytes))).toEqual(ids);
  });

  test("recorded later turns after the same prompt: merged user turns, answers and tool results behind it", () => {
    const first = identify(recorded("hello"), inSession);
    const later = [
      "max-tokens-continuation",
      "refusal-continuation",
      "empty-content-continuation",
      "thinking-empty-signature-echoed",
    ];
    for (const name of later) expect(identify(recorded(name), inSession)).toBe(first);
  });

  test("without a session id, the fingerprint for billing and cache markers of recorded requests change nothing", () => {
    const withoutSession = (name: string): Record<string, unknown> => ({ ...recorded(name), metadata: {} });
    expect(identify(withoutSession("max-tokens-continuation"))).toBe(
      identify(withoutSession("hello")) as string,
    );
    const hello = withoutSession("hello");
    const system = (hello.system as { text: string }[]).map((block, index) =>
      text(index === 0 ? "x-anthropic-billing-header: cc_version=9; cc_entrypoint=cli;" : block.text),
    );
    expect(identify({ ...hello, system })).toBe(identify(hello));
    expect(identify({ ...hello, system: [...system, text("more")] })).not.toBe(identify(hello));
  });

  test("a cache marker that stands on the first turn only", () => {
    const first = identify({ messages: [user([text("hi", cached)])] }, inSession);
    expect(identify({ messages: [user([text("hi")]), user("more")] }, inSession)).toBe(first);
  });

  test("content that is blocks in one turn and a string in the next", () => {
    expect(identify({ messages: [user("hi")] }, inSession)).toBe(
      identify({ messages: [user([text("hi", cached)])] }, inSession),
    );
  });

  test("reminders before the prompt that are renewed", () => {
    const turn = (date: string) => ({
      messages: [user([text(`<system-reminder>${date}</system-reminder>`), text("hi")])],
    });
    expect(identify(turn("Monday"), inSession)).toBe(identify(turn("Tuesday"), inSession));
  });

  test("an image as the first message, with a marker that moves", () => {
    const image = (data: string, more = {}) => ({
      messages: [user([{ type: "image", source: { type: "base64", data }, ...more }])],
    });
    expect(identify(image("AAAA", cached), inSession)).toBe(identify(image("AAAA"), inSession));
    expect(identify(image("BBBB"), inSession)).not.toBe(identify(image("AAAA"), inSession));
  });
});

describe("different conversations", () => {
  test("sub-agents share the session id, their prompts tell them apart", () => {
    expect(identify({ messages: [user("look for a")] }, inSession)).not.toBe(
      identify({ messages: [user("look for b")] }, inSession),
    );
    expect(identify({ messages: [user("a\\n")] }, inSession)).not.toBe(
      identify({ messages: [user("a")] }, inSession),
    );
  });

  test("the same prompt in two sessions", () => {
    const body = { messages: [user("hi")] };
    expect(identify(body, inSession)).not.toBe(identify(body, { "x-claude-code-session-id": other }));
  });

  test("the client's title request beside the conversation that it names", () => {
    const title = readRecordedRequests().find(({ name }) => name === "tui-title-json-schema");
    const first = readRecordedRequests().find(({ name }) => name === "tui-first");
    expect(title?.headers["x-claude-code-session-id"]).toBe(
      first?.headers["x-claude-code-session-id"] as string,
    );
    expect(identify(title?.bytes ?? "", title?.headers)).not.toBe(
      identify(first?.bytes ?? "", first?.headers),
    );
  });
});

describe("where the session id comes from", () => {
  const messages = [user("hi")];
  const expected = identify({ messages }, inSession);

  test.each([
    ["JSON in metadata.user_id", JSON.stringify({ device_id: "d", session_id: session })],
    ["JSON with spaces", JSON.stringify({ session_id: session }, null, 1)],
    ["the older suffix of metadata.user_id", `user_${"0".repeat(64)}_account__session_${session}`],
  ])("%s", (_, user_id) => {
    expect(identify({ metadata: { user_id }, messages })).toBe(expected);
  });

  test("the header goes before the metadata", () => {
    expect(identify({ metadata: { user_id: `u_session_${other}` }, messages }, inSession)).toBe(expected);
  });

  test.each(["customer-7", "{}", '{"session_id":7}', '{"session_id":""}', '{"session', "[]"])(
    "the user id %j holds none",
    (user_id) => {
      expect(identify({ metadata: { user_id }, messages })).toBe(identify({ messages }));
    },
  );

  test("the id starts with the session's, and stays short and plain whatever the client sent", () => {
    expect(expected).toMatch(/^11111111-[0-9a-f]{16}$/);
    expect(identify({ messages }, { "x-claude-code-session-id": `<b>"${"x".repeat(5000)}` })).toMatch(
      /^bxxxxxxx-[0-9a-f]{16}$/,
    );
  });
});

test("bindings are kept over a restart, so the ids must never change", () => {
  expect(identify({ messages: [user("hi")] }, inSession)).toBe("11111111-b14aca7ce6d4f380");
  expect(identify({ system: "s", messages: [user("hi")] })).toBe("3259a47325c6dd4a");
});

test("no session, system or user message: no conversation", () => {
  expect(identify({ model: "m" })).toBeNull();
  expect(identify({ model: "m", messages: [{ role: "assistant", content: "a" }] })).toBeNull();
});

test.each(["null", "7", "{}", "[]", "[null]", "[{}]", "[7]", '[{"type":"text","text":5}]'])(
  "first user content %s does no harm",
  (content) => {
    expect(identify({ messages: [user(JSON.parse(content))] }, inSession)).toMatch(/^11111111-[0-9a-f]{16}$/);
  },
);
