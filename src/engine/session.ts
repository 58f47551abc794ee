// Which conversation a request belongs to, and how long its prompt cache stays warm.

/** What identifies a conversation; null where the request has none. Hashes are computed by the caller. */
export interface ConversationMarks {
  /** `x-claude-code-session-id` */
  sessionHeader: string | null;
  /** `metadata.user_id`, as sent. */
  userId: string | null;
  firstUserMessageHash: string | null;
  /** Over the system prompt and the first user message. */
  systemAndFirstUserMessageHash: string | null;
}

const shortCacheMs = 5 * 60_000;
const longCacheMs = 60 * 60_000;
const longestSessionId = 128;

/**
 * The id of the conversation, null if nothing identifies it. Sub-agents share their parent's session id, so the first
 * user message is part of it.
 */
export function conversationId(marks: ConversationMarks): string | null {
  const session = marks.sessionHeader?.trim() || sessionOfUserId(marks.userId);
  if (session) return `${session.slice(0, longestSessionId)}:${marks.firstUserMessageHash ?? ""}`;
  return marks.systemAndFirstUserMessageHash === null ? null : `:${marks.systemAndFirstUserMessageHash}`;
}

/** The session part of `metadata.user_id`: JSON with `session_id`, or the older `..._session_<uuid>` suffix. */
export function sessionOfUserId(userId: string | null): string | null {
  if (userId === null) return null;
  const suffix = /_session_([0-9a-f-]{36})$/i.exec(userId)?.[1];
  if (suffix !== undefined) return suffix;
  const parsed = parseObject(userId);
  const session =
    parsed === null || !Object.hasOwn(parsed, "session_id") ? null : Reflect.get(parsed, "session_id");
  return typeof session === "string" && session.trim() !== "" ? session.trim() : null;
}

/** How long the upstream keeps the prompt of this request: an hour if it uses a `ttl: "1h"` cache, else five minutes. */
export function cacheWarmMs(usesHourCache: boolean): number {
  return usesHourCache ? longCacheMs : shortCacheMs;
}

function parseObject(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" ? parsed : null;
  } catch {
    // An id that is not JSON is an ordinary id without a session in it.
    return null;
  }
}
