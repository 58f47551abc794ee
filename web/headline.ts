// The one sentence on top: does it work, who serves, and if nobody does, when that ends. Pure.
import type { KeyView } from "../src/server/contract";
import { listNames, plural } from "./format";
import { mainProfile } from "./keys";
import type { Model } from "./model";

export type Tone = "ok" | "degraded" | "down" | "idle";

export interface Headline {
  tone: Tone;
  title: string;
  /** Follows the title, quieter; null: nothing to add. */
  detail: string | null;
  /** When the next key is back, for a countdown behind the detail. */
  until: string | null;
}

/** What the page says first. */
export function describeNow(model: Model): Headline {
  const { keys, active, profiles, status } = model;
  const head = (tone: Tone, title: string, detail: string | null, until: string | null = null): Headline => {
    return { tone, title, detail, until };
  };
  if (keys.length === 0) return head("idle", "No key yet", "Add one, and requests begin to flow.");
  if (status === "unavailable") {
    const next = nextReturn(keys);
    if (next === null) return head("down", "No key can serve", "Each of them needs you: see why below.");
    return head("down", "No key can serve", `${next.label} is back in`, next.until);
  }
  const tone: Tone = status === "degraded" ? "degraded" : "ok";
  const serving = keys.filter((key) => key.serving.length > 0);
  const names = serving.map((key) => key.label);
  const out = keys.filter(isOut).length;
  const outWords = out === 0 ? "" : ` · ${plural(out, "key")} out`;
  if (names.length > 0)
    return head(tone, `Serving with ${listNames(names)}`, describeStreams(serving) + outWords);
  const waiting = active.filter((request) => request.phase === "queued").length;
  if (waiting > 0) {
    const title = `${plural(waiting, "request")} ${waiting === 1 ? "waits" : "wait"} for a key`;
    const back = nextReturn(keys);
    return head("degraded", title, back === null ? null : `${back.label} is back in`, back?.until ?? null);
  }
  const next = nextInLine(keys, mainProfile(profiles)?.keyOrder ?? []);
  const detail = next === null ? null : `The next request goes to ${next.label}.`;
  return head(tone, isUsed(model) ? "Ready" : "Ready. Listening for the first request…", detail);
}

/** Whether any request has been seen yet. */
export function isUsed(model: Model): boolean {
  return model.rows.length > 0 || model.active.length > 0 || model.today.requests > 0;
}

/** Keys that cannot be asked now, whole or for some model, by their own state. */
export function isOut(key: KeyView): boolean {
  return key.state !== "serving" && key.state !== "ready";
}

function describeStreams(serving: readonly KeyView[]): string {
  const models = new Map<string, number>();
  for (const { model, requests } of serving.flatMap((key) => key.serving))
    models.set(model, (models.get(model) ?? 0) + requests);
  return [...models].map(([model, requests]) => (requests > 1 ? `${model} × ${requests}` : model)).join(", ");
}

function nextReturn(keys: readonly KeyView[]): KeyView | null {
  const due = keys.filter((key) => key.until !== null);
  return due.sort((one, other) => Date.parse(one.until ?? "") - Date.parse(other.until ?? ""))[0] ?? null;
}

function nextInLine(keys: readonly KeyView[], order: readonly string[]): KeyView | null {
  const ordered = order.flatMap((id) => keys.filter((key) => key.id === id));
  return [...ordered, ...keys].find((key) => !isOut(key)) ?? null;
}

/** What the browser's tab says; null: there is no connection to the proxy. */
export function tabTitle(model: Model | null): { title: string; tone: Tone | "gone" } {
  if (model === null) return { title: "Not running · Claude Failover", tone: "gone" };
  const { tone } = describeNow(model);
  const out = model.keys.filter(isOut).length;
  const prefix =
    model.configError !== null
      ? "Config error · "
      : tone === "down"
        ? "No key can serve · "
        : out > 0
          ? `${plural(out, "key")} out · `
          : "";
  return { title: `${prefix}Claude Failover`, tone };
}
