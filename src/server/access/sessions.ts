// Lets a browser in with the client token once, and knows it by a cookie from then on.
import { createHash, randomBytes } from "node:crypto";
import { LruMap } from "../../state/lru-map";
import { type GuardPolicy, refuseWithoutToken } from "../guard";

interface Session {
  endsAt: number;
  /** Another client token ends the sessions of the one before. */
  tokenDigest: Buffer;
  over: boolean;
}

const cookieName = "cf_dashboard";
const longestSessionMs = 30 * 24 * 60 * 60 * 1000;
const sessionsKept = 1000;
/** Never sent along with a call of the API. */
const paths = ["/dashboard", "/metrics"];

/** The cookie is random and says nothing of the token. It counts for what is ours, never for `/v1`. */
export class BrowserSessions {
  readonly #now: () => number;
  /** By the digest of the cookie: how long a look-up takes tells nothing of the cookie itself. */
  readonly #sessions = new LruMap<Session>(sessionsKept);

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a request carries the client token or a cookie of ours, or none is asked for. */
  isKnown(headers: Headers, policy: GuardPolicy): boolean {
    if (refuseWithoutToken(headers, policy) === null) return true;
    const session = this.#find(headers);
    return (
      session !== undefined && policy.tokenDigest !== null && session.tokenDigest.equals(policy.tokenDigest)
    );
  }

  /** The `set-cookie` headers of a browser that knew the token. */
  begin(tokenDigest: Buffer): string[] {
    const id = randomBytes(32).toString("base64url");
    const endsAt = this.#now() + longestSessionMs;
    this.#sessions.set(digest(id), { endsAt, tokenDigest, over: false });
    return cookies(id, longestSessionMs / 1000);
  }

  /** Ends the session of a request, if it has one; returns the `set-cookie` headers that take the cookies away. */
  end(headers: Headers): string[] {
    const session = this.#find(headers);
    if (session !== undefined) session.over = true;
    return cookies("", 0);
  }

  #find(headers: Headers): Session | undefined {
    const id = readCookie(headers);
    const session = id === null ? undefined : this.#sessions.get(digest(id));
    return session === undefined || session.over || session.endsAt <= this.#now() ? undefined : session;
  }
}

/** Not for scripts, and not for requests that other sites cause. */
function cookies(value: string, seconds: number): string[] {
  return paths.map(
    (path) => `${cookieName}=${value}; HttpOnly; SameSite=Strict; Path=${path}; Max-Age=${seconds}`,
  );
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function readCookie(headers: Headers): string | null {
  const pairs = headers.get("cookie")?.split(";") ?? [];
  const found = pairs.map((pair) => pair.trim()).find((pair) => pair.startsWith(`${cookieName}=`));
  return found?.slice(cookieName.length + 1) ?? null;
}
