// Addresses of this machine: which ones only it can reach, and under which one a bind address is reached.

/** True for `localhost`, 127.0.0.0/8 and ::1, in or out of brackets. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

/** The address under which a bound address is reached from this machine, ready for a URL. */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
