// The screen of `cf status`: does it run, where, which key serves, who is out, until when, why, and what helps.
import type { Warning } from "../config/types";
import { reachableHost } from "../daemon/client";
import type { Health, HealthKey } from "../daemon/health";
import type { RunFile } from "../daemon/run-file";
import type { Timestamp } from "../engine/types";
import { describeProvider } from "./describe-key";
import { cleanText, fitText } from "./print/clean-text";
import { describeState, explainKey } from "./print/key-state";
import type { Paint } from "./print/paint";
import { formatTable } from "./print/table";
import { formatDuration } from "./print/times";

export interface StatusView {
  readonly run: RunFile;
  readonly health: Health;
  readonly warnings: readonly Warning[];
  readonly now: Timestamp;
}

const indent = "  ";
const longestLabel = 32;
const severityColours = { error: "red", warn: "yellow", info: "dim" } as const;

/** The text for a terminal of `width` columns (null: never wrapped). */
export function renderStatus(view: StatusView, paint: Paint, width: number | null): string {
  return [
    headline(view, paint),
    "",
    ...profileLines(view, paint, width),
    "",
    ...keyLines(view, paint, width),
    ...queueLines(view, paint),
    ...warningLines(view, paint, width),
  ].join("\n");
}

/** The address of a profile of the running proxy. */
export function addressOf(run: RunFile, port: number): string {
  return `http://${reachableHost(run.host)}:${port}`;
}

function headline({ run, health }: StatusView, paint: Paint): string {
  const running = `${paint.bold("Claude Failover")} ${health.version} is running`;
  const facts = [
    ...(health.uptimeSeconds === null
      ? []
      : [`up ${formatDuration(Math.floor(health.uptimeSeconds) * 1000)}`]),
    `pid ${run.pid}`,
  ];
  const tail = paint.dim(`(${facts.join(", ")})`);
  if (health.status === "unavailable") {
    return `${paint.red("●")} ${running}, but ${paint.red("no key can serve")} ${tail}`;
  }
  return `${health.status === "ok" ? paint.green("●") : paint.yellow("●")} ${running} ${tail}`;
}

function profileLines({ run, health }: StatusView, paint: Paint, width: number | null): string[] {
  const profiles = health.profiles.length > 0 ? health.profiles : run.profiles;
  const rows = profiles.map((profile) => {
    const isOpen = !("error" in profile) || profile.error === null;
    const address = addressOf(run, profile.port);
    return [
      { text: profile.name },
      isOpen ? { text: address, style: paint.cyan } : { text: `${address}  not open`, style: paint.red },
    ];
  });
  return [paint.bold("Profiles"), ...formatTable(rows, { indent, width })];
}

function keyLines({ health, now }: StatusView, paint: Paint, width: number | null): string[] {
  if (health.keys.length === 0) {
    return [paint.bold("Keys"), `${indent}None yet. Add one: cf add-key`];
  }
  const rows = health.keys.map((key) => [
    { text: nameOf(key, health.keys) },
    { text: describeProvider(key.provider, key.type), style: paint.dim },
    describeState(key, paint),
    { text: explainKey(key, now).join("\n") },
  ]);
  return [paint.bold("Keys"), ...formatTable(rows, { indent, width })];
}

/** The label; with the id where two keys have the same one. */
function nameOf(key: HealthKey, keys: readonly HealthKey[]): string {
  const label = fitText(key.label, longestLabel);
  const isShared = keys.some((other) => other.id !== key.id && other.label === key.label);
  return isShared ? `${label} (${key.id})` : label;
}

function queueLines({ health }: StatusView, paint: Paint): string[] {
  const waiting = health.queue.filter((entry) => entry.waiting > 0);
  if (waiting.length === 0) return [];
  const lines = waiting.map(({ waiting: count, model, profile }) => {
    const place = [model ?? "", profile === null ? "" : `(${profile})`]
      .filter((part) => part !== "")
      .join(" ");
    const words = count === 1 ? "1 request waits" : `${count} requests wait`;
    return `${indent}${words} for a key${place === "" ? "" : `: ${cleanText(place)}`}`;
  });
  return ["", paint.bold("Queue"), ...lines];
}

function warningLines({ warnings }: StatusView, paint: Paint, width: number | null): string[] {
  if (warnings.length === 0) return [];
  const rows = warnings.map(({ title, severity, remedy }) => [
    { text: severity === "info" ? "i" : "!", style: paint[severityColours[severity]] },
    { text: remedy === "" ? title : `${title}\n→ ${remedy}` },
  ]);
  return ["", paint.bold("Warnings"), ...formatTable(rows, { indent, width })];
}
