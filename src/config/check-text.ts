// Checks of single texts in the config. Each returns what is wrong in plain words, never the text itself, or null.
import { isLoopbackHost } from "./loopback";
import { headerSafe, recognizeToken } from "./recognize-token";

/** An id, a name, a model: shown to people and put into logs, so it must be visible and on one line. */
export function checkName(text: string): string | null {
  if (text.trim() === "") return "must not be empty";
  // Trimming it instead could make two names of an object equal.
  if (text.trim() !== text) return "must not begin or end with a space";
  if (/\p{Cc}/u.test(text)) return "must not contain line breaks or other control characters";
  return null;
}

/** A token as a key holds it: of any shape (a gateway's own), but able to travel in a header. */
export function checkToken(text: string): string | null {
  const recognized = recognizeToken(text);
  if (recognized.ok || recognized.problem === "useless") return null;
  if (recognized.problem === "unknown" && !/^(env|keychain):$/.test(text.trim())) return null;
  return recognized.reason;
}

export function checkClientToken(text: string): string | null {
  const token = text.trim();
  if (token === "") return "must not be empty; leave it out for no token";
  return headerSafe.test(token) ? null : "must be printable ASCII without spaces inside";
}

/** A base URL that a path can be appended to. */
export function checkBaseUrl(text: string): string | null {
  const url = parseUrl(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return "must be a URL that begins with http:// or https://";
  }
  if (url.username !== "" || url.password !== "") return "must not hold a user name or password";
  if (text.includes("?") || text.includes("#")) return "must end with its path, without ? or #";
  return null;
}

/** A bind address: an IP address or a host name, without scheme and port. */
export function checkHost(text: string): string | null {
  if (text.trim() === "") return 'must not be empty; use "127.0.0.1"';
  if (isLoopbackHost(text.trim()) || /^[\da-f:]+$|^[\w.-]+$/i.test(text.trim())) return null;
  return "must be an address alone, such as 127.0.0.1, without http:// and port";
}

/** A Host header: a name or address, with or without a port. */
export function checkAllowedHost(text: string): string | null {
  if (text.includes("*")) return "must be one whole name; wildcards would let any web page in";
  if (/^(\[[\da-f:]+\]|[^\s/:@?#[\]]+)(:\d{1,5})?$/i.test(text)) return null;
  return "must be a host name such as proxy.example or proxy.example:8080, without http:// and path";
}

/** An Origin header: scheme, host and port, nothing behind. */
export function checkAllowedOrigin(text: string): string | null {
  if (text.includes("*") || text === "null")
    return "must be one origin; wildcards would let any web page spend your keys";
  const url = parseUrl(text);
  if (url !== null && /^[a-z][a-z\d+.-]*:\/\/[^\s/@?#]+\/?$/i.test(text)) return null;
  return "must be an origin such as https://app.example:8443, without a path";
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text.trim()) ? new URL(text.trim()) : null;
}
