// The stable, anonymous name of a conversation that OpenAI may know.
import { isObject, readString } from "../json-value";
import { sha256Hex } from "../sha256";

/**
 * Hash of the session part of `metadata.user_id` (JSON with `session_id`, or the older `..._session_<uuid>`), of all of it
 * where it names no session; 64 hex characters. null without a user id.
 */
export function hashSession(metadata: unknown): string | null {
  const userId = isObject(metadata) ? readString(metadata.user_id) : null;
  if (userId === null || userId === "") return null;
  const suffix = /_session_([0-9a-f-]{36})$/i.exec(userId)?.[1];
  return sha256Hex(suffix ?? readSessionId(userId) ?? userId);
}

function readSessionId(userId: string): string | null {
  try {
    const parsed: unknown = JSON.parse(userId);
    return isObject(parsed) ? readString(parsed.session_id) : null;
  } catch {
    // A user id that is not JSON is an ordinary name.
    return null;
  }
}
