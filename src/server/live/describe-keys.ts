// The keys as the dashboard shows them: state, what is in flight, what is left of their limits, what they did today.
import type { Config, Key } from "../../config/types";
import { isReference, mask } from "../../redact";
import type { KnownLimits } from "../../state/key-health";
import type { KeyPool } from "../../state/pool";
import type { RequestUnderWay } from "../../state/record";
import { showName } from "../../state/show-name";
import type { KeyView, LimitView } from "../contract";

export interface KeySources {
  config: Config;
  pool: KeyPool;
  active: readonly RequestUnderWay[];
  /** What a key did today. */
  today: (key: string) => KeyView["today"];
}

export function describeKeys({ config, pool, active, today }: KeySources): KeyView[] {
  return pool.keyStates().flatMap((state) => {
    const key = config.keys.get(state.id);
    if (key === undefined) return [];
    const lastUsedAt = pool.lastUsedAt(key.id);
    return {
      ...state,
      enabled: key.enabled,
      token: mask(key.token),
      source: sourceOf(key),
      baseUrl: key.baseUrl,
      api: key.api,
      group: key.group,
      serving: countServing(key.id, active),
      limits: pool.limits(key.id).flatMap(describeLimits),
      lastUsedAt: lastUsedAt === null ? null : isoTime(lastUsedAt),
      today: today(key.id),
    };
  });
}

function sourceOf({ token }: Key): KeyView["source"] {
  if (!isReference(token)) return "config";
  return token.startsWith("env:") ? "env" : "keychain";
}

function countServing(key: string, active: readonly RequestUnderWay[]): KeyView["serving"] {
  const counts = new Map<string, number>();
  for (const { progress } of active) {
    if (progress.phase === "queued" || progress.key !== key || progress.model === null) continue;
    const model = showName(progress.model);
    counts.set(model, (counts.get(model) ?? 0) + 1);
  }
  return [...counts].map(([model, requests]) => ({ model, requests }));
}

function describeLimits({ model, at, windows, unified }: KnownLimits): LimitView[] {
  const told = { model: showName(model), at: isoTime(at) };
  const counted = windows.map(({ name, limit, remaining, resetAt }) => {
    return { ...told, name, limit, remaining, utilization: null, resetAt: isoTimeOrNull(resetAt) };
  });
  const subscription = (unified?.windows ?? []).map(({ name, utilization, resetAt }) => {
    return { ...told, name, limit: null, remaining: null, utilization, resetAt: isoTimeOrNull(resetAt) };
  });
  return [...counted, ...subscription];
}

function isoTimeOrNull(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
