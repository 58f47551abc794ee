// How a line of the log reads on a terminal: time, level, what happened, and its facts.
import { asList, asRecord, asText } from "../../daemon/json-fields";
import type { LogEntry, LogLevel } from "../../state/log/log-entry";
import { cleanText } from "./clean-text";
import type { Clock } from "./open-clock";
import type { Paint } from "./paint";
import { formatMilliseconds } from "./times";

const levelColours: Record<LogLevel, keyof Paint> = {
  debug: "dim",
  info: "green",
  warn: "yellow",
  error: "red",
};

/** One line, and one more for each failed attempt of a request. */
export function formatLogEntry(entry: LogEntry, paint: Paint, clock: Clock): string[] {
  const time = entry.time === null ? "" : clock(Date.parse(entry.time));
  const level = paint[levelColours[entry.level]](entry.level.padEnd(5));
  const lead = `${paint.dim(time)}  ${level}  `;
  const { attempts, ...facts } = entry.fields;
  const text =
    entry.message === "request" ? describeRequest(facts, paint) : describeEvent(entry, facts, paint);
  const indent = " ".repeat(Bun.stringWidth(time) + "  ".length);
  const details = asList(attempts).map(describeAttempt);
  if (entry.message === "request" && typeof facts.error === "string") details.push(cleanText(facts.error));
  return [`${lead}${text}`, ...details.map((detail) => `${indent}${paint.dim(detail)}`)];
}

function describeEvent({ message }: LogEntry, facts: Record<string, unknown>, paint: Paint): string {
  const told = Object.entries(facts).map(
    ([name, value]) => `${paint.dim(`${cleanText(name)}=`)}${asWord(value)}`,
  );
  return [cleanText(message), ...told].join("  ");
}

/** "claude-opus-4-6 → claude-sonnet-4-6 on work  200  1.2 s  req_cf_…". */
function describeRequest(facts: Record<string, unknown>, paint: Paint): string {
  const { id, profile, endpoint, target, model, served, key, status, state, queuedMs, ms } = facts;
  const asked = typeof target === "string" ? cleanText(target) : model === "" ? "no model" : asWord(model);
  const models = served === null || served === model ? asked : `${asked} → ${asWord(served)}`;
  // An error inside a stream that had begun comes under the status 200.
  const saysAll = state === "complete" || (state === "error" && typeof status === "number" && status >= 400);
  const colour = typeof status === "number" && status < 400 && state === "complete" ? paint.green : paint.red;
  return [
    `${models}${key == null ? "" : ` on ${paint.bold(asWord(key))}`}`,
    ...(endpoint === "messages" || typeof target === "string" ? [] : [asWord(endpoint)]),
    colour(saysAll ? asWord(status) : `${asWord(status)} ${asWord(state)}`),
    typeof ms === "number" ? formatMilliseconds(ms) : "",
    ...(typeof queuedMs === "number" && queuedMs > 0 ? [`queued ${formatMilliseconds(queuedMs)}`] : []),
    ...(profile === "default" ? [] : [paint.dim(`profile ${asWord(profile)}`)]),
    paint.dim(asWord(id)),
  ].join("  ");
}

function describeAttempt(value: unknown): string {
  const { key, model, status, words, reason, ms, skipped } = asRecord(value);
  const what = asText(words) ?? asText(reason) ?? "";
  const place = model === "" ? asWord(key) : `${asWord(key)}, ${asWord(model)}`;
  if (skipped === true) return cleanText(`${place}: passed over, ${what}`);
  const took = typeof ms === "number" ? ` (${formatMilliseconds(ms)})` : "";
  return cleanText(`${place}: ${status == null ? "" : `${asWord(status)} `}${what}${took}`);
}

function asWord(value: unknown): string {
  if (typeof value === "string")
    return /^[^\s="]+$/.test(value) ? cleanText(value) : cleanText(JSON.stringify(value));
  return value === undefined ? "" : cleanText(JSON.stringify(value));
}
