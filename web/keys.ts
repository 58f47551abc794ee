// What is said of a key's kind, token, limits and place. Pure.
import type { KeyView, LimitView, ProfileView } from "../src/server/contract";

export function describeKind({ provider, type }: Pick<KeyView, "provider" | "type">): string {
  if (provider === "openai") return type === "oauth" ? "ChatGPT" : "OpenAI";
  return type === "oauth" ? "Anthropic subscription" : "Anthropic";
}

/** Which service it is for, as a class of the badge. */
export function badgeOf({ provider, type }: Pick<KeyView, "provider" | "type">): string {
  return provider === "anthropic" ? "anthropic" : type === "oauth" ? "chatgpt" : "openai";
}

export function describeSource({ source, token }: Pick<KeyView, "source" | "token">): string {
  switch (source) {
    case "config":
      return "in the config file";
    case "env":
      return `in the environment variable ${token.replace(/^env:/, "")}`;
    case "keychain":
      return `in the keychain as ${token.replace(/^keychain:/, "")}`;
  }
}

export interface Meter {
  name: string;
  model: string;
  /** 0..1 of the window. */
  left: number;
  /** `37 of 50`; null where only a share is known. */
  counts: [remaining: number, limit: number] | null;
  resetAt: string | null;
}

const windowWords: Record<string, string> = {
  requests: "requests",
  tokens: "tokens",
  "input-tokens": "input tokens",
  "output-tokens": "output tokens",
  "5h": "5-hour window",
  "7d": "7-day window",
  "7d_oi": "7-day window, Opus",
  "7d_opus": "7-day window, Opus",
  "7d_sonnet": "7-day window, Sonnet",
};

/** What is left of each window that still runs, the scarcest first; a window that has passed says nothing any more. */
export function listMeters(limits: readonly LimitView[], now: number): Meter[] {
  const meters = limits.flatMap(({ name, model, limit, remaining, utilization, resetAt }): Meter[] => {
    if (resetAt !== null && Date.parse(resetAt) <= now) return [];
    const named = { name: windowWords[name] ?? name.replaceAll("-", " "), model, resetAt };
    if (utilization !== null) return [{ ...named, left: clamp(1 - utilization), counts: null }];
    if (limit === null || remaining === null || limit <= 0) return [];
    return [{ ...named, left: clamp(remaining / limit), counts: [remaining, limit] }];
  });
  // A subscription's windows hold for the account: the models whose answers told them say the same.
  const distinct = new Map<string, Meter>();
  for (const meter of meters) {
    const name = meter.counts === null ? meter.name : `${meter.name} ${meter.model}`;
    const known = distinct.get(name);
    if (known === undefined || meter.left < known.left) distinct.set(name, meter);
  }
  return [...distinct.values()].sort((one, other) => one.left - other.left);
}

/** The profile that most clients use: `default`, else the first. */
export function mainProfile(profiles: readonly ProfileView[]): ProfileView | null {
  return profiles.find(({ name }) => name === "default") ?? profiles[0] ?? null;
}

function clamp(share: number): number {
  return Math.max(0, Math.min(1, share));
}
