// Tells addresses that only this machine can reach.

/** True for `localhost`, 127.0.0.0/8 and ::1, in or out of brackets. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}
