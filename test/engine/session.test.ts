// Which conversation a request belongs to.
import { expect, test } from "bun:test";
import { cacheWarmMs, conversationId, sessionOfUserId } from "../../src/engine/session";

const session = "ac14942e-b2ec-452c-b3fc-8b39c4ad02fe";
const marks = {
  sessionHeader: session,
  userId: null,
  firstUserMessageHash: "h1",
  systemAndFirstUserMessageHash: "h2",
};

test.each<[string | null, string | null]>([
  [JSON.stringify({ device_id: "d", account_uuid: "", session_id: session }), session],
  [`user_abc_account__session_${session}`, session],
  ["user_abc_account_", null],
  ["{not json", null],
  ["null", null],
  [JSON.stringify({ session_id: 3 }), null],
  [JSON.stringify({ __proto__: { session_id: session } }), null],
  [null, null],
])("the session of the user id %p is %p", (userId, expected) => {
  expect(sessionOfUserId(userId)).toBe(expected);
});

test("the session header wins over the user id", () => {
  const userId = JSON.stringify({ session_id: "other" });
  expect(conversationId({ ...marks, userId })).toBe(conversationId(marks));
  expect(conversationId({ ...marks, sessionHeader: null, userId })).not.toBe(conversationId(marks));
});

test("header and user id of the same session name the same conversation", () => {
  const userId = JSON.stringify({ session_id: session });
  expect(conversationId({ ...marks, sessionHeader: null, userId })).toBe(conversationId(marks));
});

test("a sub-agent shares the session id, not the conversation", () => {
  expect(conversationId({ ...marks, firstUserMessageHash: "agent" })).not.toBe(conversationId(marks));
});

test("without a session: system and first user message", () => {
  const bare = { ...marks, sessionHeader: null };
  expect(conversationId(bare)).toBe(":h2");
  expect(conversationId({ ...bare, sessionHeader: " " })).toBe(":h2");
  expect(conversationId({ ...bare, systemAndFirstUserMessageHash: null })).toBeNull();
});

test("an id of any length stays short", () => {
  expect(conversationId({ ...marks, sessionHeader: "x".repeat(10_000) })?.length).toBeLessThan(200);
});

test("a cache is warm for five minutes, or an hour", () => {
  expect(cacheWarmMs(false)).toBe(300_000);
  expect(cacheWarmMs(true)).toBe(3_600_000);
});
