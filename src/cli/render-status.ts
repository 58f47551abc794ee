// The screen of `cf status`: does it run, where, which key serves, who is out, until when, why, and what helps.
import type { ProxyLookup } from "../daemon/client";
import { addressOf } from "../daemon/describe-run";
import type { Health, HealthKey, HealthToday } from "../daemon/health";
import type { RunFile } from "../daemon/run-file";
import { describeProvider } from "./describe-key";
import { formatCount } from "./print/amounts";
import { cleanText, fitText } from "./print/clean-text";
import { describeState, explainKey } from "./print/key-state";
import type { Paint } from "./print/paint";
import { formatTable } from "./print/table";
import { formatDuration } from "./print/times";
import type { StatusView } from "./read-status";

interface RunningView extends StatusView {
  readonly run: RunFile;
  readonly health: Health;
}

const indent = "  ";
const longestLabel = 32;
const severityColours = { error: "red", warn: "yellow", info: "dim" } as const;

/** The lines for a terminal of `width` columns (null: never wrapped). */
export function renderStatus(view: StatusView, paint: Paint, width: number | null): string[] {
  const { found } = view;
  const fit = (text: string) =>
    width === null ? [text] : Bun.wrapAnsi(text, width, { hard: true }).split("\n");
  if (found.state !== "running")
    return [...fit(describeAbsence(found, view.now, paint)), ...warningLines(view, paint, width)];
  const running = { ...view, run: found.run, health: found.health };
  return [
    ...fit(headline(running, paint)),
    ...todayLines(found.health.today, paint).flatMap(fit),
    "",
    ...profileLines(running, paint, width),
    "",
    ...keyLines(running, paint, width),
    ...queueLines(running, paint),
    ...warningLines(running, paint, width),
  ];
}

type Absence = Exclude<ProxyLookup, { state: "running" }>;

function describeAbsence(found: Absence, now: number, paint: Paint): string {
  const name = paint.bold("Claude Failover");
  switch (found.state) {
    case "not running":
      return `${paint.dim("○")} ${name} is not running${paint.dim(` (${found.reason})`)}`;
    case "not answering":
      return `${paint.red("●")} ${name} has a process (pid ${found.run.pid}), but does not answer: ${found.reason}`;
    case "starting":
      return `${paint.yellow("●")} ${name} is starting (pid ${found.run.pid})`;
    case "stopping":
      return `${paint.yellow("●")} ${name} is stopping: ${found.reason}`;
    case "restarting":
      return `${paint.red("●")} ${name} ${paint.red("crashed")}: ${cleanText(found.reason)}\n${indent}${describeReturn(found.run, now)}`;
  }
}

function describeReturn({ restarts }: RunFile, now: number): string {
  const { nextAt = null, count = 1 } = restarts ?? {};
  const soon = nextAt === null || nextAt <= now ? "now" : `in ${formatDuration(nextAt - now)}`;
  return `It is started again ${soon}${count > 1 ? ` (crash ${count} in this run)` : ""}. More: cf logs --level error`;
}

function headline({ run, health }: RunningView, paint: Paint): string {
  const running = `${paint.bold("Claude Failover")} ${health.version} is running`;
  const facts = [
    ...(health.uptimeSeconds === null
      ? []
      : [`up ${formatDuration(Math.floor(health.uptimeSeconds) * 1000)}`]),
    `pid ${run.pid}`,
    ...(run.mode === "daemon" ? ["background"] : []),
  ];
  const tail = paint.dim(`(${facts.join(", ")})`);
  if (health.status === "unavailable") {
    return `${paint.red("●")} ${running}, but ${paint.red("no key can serve")} ${tail}`;
  }
  return `${health.status === "ok" ? paint.green("●") : paint.yellow("●")} ${running} ${tail}`;
}

function todayLines(today: HealthToday | null, paint: Paint): string[] {
  if (today === null) return [];
  const { requests, rotated, fellBack, failed, costUsd, unpriced } = today;
  const facts = [
    `${formatCount(requests)} ${requests === 1 ? "request" : "requests"}`,
    ...(rotated === 0 ? [] : [`${formatCount(rotated)} rotated`]),
    ...(fellBack === 0 ? [] : [`${formatCount(fellBack)} fell back`]),
    ...(failed === 0 ? [] : [paint.red(`${formatCount(failed)} failed`)]),
    `$${costUsd.toFixed(2)}${unpriced === 0 ? "" : ` (${formatCount(unpriced)} without a known price)`}`,
  ];
  return [`${indent}${paint.dim("Today")} ${facts.join(paint.dim(" · "))}`];
}

function profileLines({ run, health }: RunningView, paint: Paint, width: number | null): string[] {
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

function keyLines({ health, now }: RunningView, paint: Paint, width: number | null): string[] {
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

function queueLines({ health }: RunningView, paint: Paint): string[] {
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
