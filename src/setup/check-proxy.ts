// Sees whether the address that setup wrote is answered, and by this proxy.
import type { SetupTarget } from "./types";

export type ProxyCheck =
  | { readonly state: "answers"; readonly version: string; readonly status: string }
  /** Nothing listens there. */
  | { readonly state: "not running" }
  /** Something else does, or it does not answer in time. */
  | { readonly state: "wrong"; readonly reason: string };

/** Asks `/health`, which costs nothing and stays open to everybody. `waitMs`: how long a proxy may take to come up. */
export async function checkProxy(target: SetupTarget, waitMs = 0): Promise<ProxyCheck> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const check = await ask(target);
    if (check.state === "answers" || performance.now() >= deadline) return check;
    await Bun.sleep(100);
  }
}

async function ask({ url }: SetupTarget): Promise<ProxyCheck> {
  let response: Response;
  try {
    const signal = AbortSignal.timeout(2000);
    // `proxy: false`: a web proxy of the environment must not see, or answer, what goes over loopback.
    response = await fetch(`${url}/health`, { signal, redirect: "manual", proxy: false });
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    return isLate
      ? { state: "wrong", reason: "it does not answer within 2 seconds" }
      : { state: "not running" };
  }
  const health: unknown = await response.json().catch(() => null);
  if (isHealth(health)) return { state: "answers", version: health.version, status: health.status };
  return { state: "wrong", reason: "another program answers there" };
}

function isHealth(value: unknown): value is { status: string; version: string } {
  if (typeof value !== "object" || value === null) return false;
  return (
    "status" in value &&
    typeof value.status === "string" &&
    "version" in value &&
    typeof value.version === "string"
  );
}

/** The check in words for people. */
export function describeCheck(check: ProxyCheck, { url, profile }: SetupTarget): string {
  if (check.state === "not running") return `The proxy does not run yet. Start it: cf start -d`;
  if (check.state === "wrong") return `${url} (profile ${profile}): ${check.reason}. See: cf doctor`;
  if (check.status === "unavailable") return `${url} answers, but no key can serve. See: cf status`;
  return `${url} answers (Claude Failover ${check.version}).`;
}
