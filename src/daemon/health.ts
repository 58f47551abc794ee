// Reads the answer of `/health` of a running proxy, which may be of another version than this command.
import type { Warning } from "../config/types";
import type { Timestamp } from "../engine/types";
import { asList, asNumber, asRecord, asText } from "./json-fields";

export interface Health {
  readonly status: "ok" | "degraded" | "unavailable";
  readonly version: string;
  readonly uptimeSeconds: number | null;
  readonly profiles: readonly HealthProfile[];
  readonly keys: readonly HealthKey[];
  readonly queue: readonly HealthQueue[];
  readonly configError: HealthConfigError | null;
  /** Whatever else the proxy wants a person to know. */
  readonly warnings: readonly Warning[];
  /** Sums of the day so far; null where the proxy does not say. */
  readonly today: HealthToday | null;
  /** What OpenAI-compatible servers refused once and are not sent any more. */
  readonly learnt: readonly HealthLearnt[];
}

export interface HealthProfile {
  readonly name: string;
  readonly port: number;
  /** Why its port is not open; null when it serves. */
  readonly error: string | null;
}

export interface HealthKey {
  readonly id: string;
  readonly label: string;
  readonly provider: string;
  /** `api-key` or `oauth`; null where the proxy does not say. */
  readonly type: string | null;
  /** `serving`, `ready`, `cooling`, `rejected`, `no_credit`, `disabled`, or what a newer proxy may say. */
  readonly state: string;
  readonly reason: string | null;
  readonly until: Timestamp | null;
  readonly cooldowns: readonly HealthCooldown[];
}

export interface HealthCooldown {
  /** A model, a family of models, `count_tokens`, or `*` for the whole key. */
  readonly model: string;
  readonly scope: string;
  readonly until: Timestamp | null;
  readonly reason: string | null;
}

export interface HealthQueue {
  readonly profile: string | null;
  readonly model: string | null;
  readonly waiting: number;
  readonly until: Timestamp | null;
}

export interface HealthToday {
  readonly requests: number;
  readonly rotated: number;
  readonly fellBack: number;
  readonly failed: number;
  /** US dollars, of the requests whose price is known. */
  readonly costUsd: number;
  /** Requests whose price is not known. */
  readonly unpriced: number;
}

export interface HealthLearnt {
  readonly baseUrl: string;
  readonly model: string;
  /** In words: "does not take temperature". */
  readonly lessons: readonly string[];
}

export interface HealthConfigError {
  readonly message: string;
  readonly path: string | null;
  readonly line: number | null;
}

/**
 * The health in `body`, or null if it is not one. Missing parts become empty: with a client token, a caller without it
 * gets `status` and `version` only (see `isReduced`).
 */
export function parseHealth(body: unknown): Health | null {
  const fields = asRecord(body);
  const status = fields.status;
  if (status !== "ok" && status !== "degraded" && status !== "unavailable") return null;
  return {
    status,
    version: asText(fields.version) ?? "unknown",
    uptimeSeconds: asNumber(fields.uptimeSeconds),
    profiles: asList(fields.profiles).map(parseProfile).filter(isPresent),
    keys: asList(fields.keys).map(parseKey).filter(isPresent),
    queue: asList(fields.queue).map(parseQueue),
    configError: parseConfigError(fields.configError),
    warnings: asList(fields.warnings).map(parseWarning).filter(isPresent),
    today: parseToday(fields.today),
    learnt: asList(fields.learnt).map(parseLearnt).filter(isPresent),
  };
}

/** True for the answer that callers without the client token get. */
export function isReduced(body: unknown): boolean {
  return asRecord(body).keys === undefined;
}

function parseProfile(value: unknown): HealthProfile | null {
  const fields = asRecord(value);
  const name = asText(fields.name);
  const port = asNumber(fields.port);
  return name === null || port === null ? null : { name, port, error: asText(fields.error) };
}

function parseKey(value: unknown): HealthKey | null {
  const fields = asRecord(value);
  const id = asText(fields.id);
  if (id === null) return null;
  return {
    id,
    label: asText(fields.label) ?? id,
    provider: asText(fields.provider) ?? "",
    type: asText(fields.type),
    state: asText(fields.state) ?? "unknown",
    reason: asText(fields.reason),
    until: asTime(fields.until),
    cooldowns: asList(fields.cooldowns).map(parseCooldown),
  };
}

function parseCooldown(value: unknown): HealthCooldown {
  const fields = asRecord(value);
  const model = asText(fields.model) ?? "*";
  return {
    model,
    scope: asText(fields.scope) ?? (model === "*" ? "key" : "model"),
    until: asTime(fields.until),
    reason: asText(fields.reason),
  };
}

function parseQueue(value: unknown): HealthQueue {
  const fields = asRecord(value);
  return {
    profile: asText(fields.profile),
    model: asText(fields.model),
    waiting: asNumber(fields.waiting) ?? 0,
    until: asTime(fields.until),
  };
}

function parseConfigError(value: unknown): HealthConfigError | null {
  const fields = asRecord(value);
  const message = asText(fields.message);
  return message === null ? null : { message, path: asText(fields.path), line: asNumber(fields.line) };
}

function parseToday(value: unknown): HealthToday | null {
  const fields = asRecord(value);
  const requests = asNumber(fields.requests);
  if (requests === null) return null;
  return {
    requests,
    rotated: asNumber(fields.rotated) ?? 0,
    fellBack: asNumber(fields.fellBack) ?? 0,
    failed: asNumber(fields.failed) ?? 0,
    costUsd: asNumber(fields.costUsd) ?? 0,
    unpriced: asNumber(fields.unpriced) ?? 0,
  };
}

function parseLearnt(value: unknown): HealthLearnt | null {
  const fields = asRecord(value);
  const baseUrl = asText(fields.baseUrl);
  const model = asText(fields.model);
  const lessons = asList(fields.lessons).map(asText).filter(isPresent);
  return baseUrl === null || model === null || lessons.length === 0 ? null : { baseUrl, model, lessons };
}

/** Proxies before the objects gave plain texts. */
function parseWarning(value: unknown): Warning | null {
  const fields = asRecord(value);
  const title = asText(value) ?? asText(fields.title) ?? asText(fields.message);
  if (title === null) return null;
  const { severity } = fields;
  return {
    code: asText(fields.code) ?? "unknown",
    title,
    severity: severity === "info" || severity === "error" ? severity : "warn",
    remedy: asText(fields.remedy) ?? "",
  };
}

function asTime(value: unknown): Timestamp | null {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  const parsed = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

function isPresent<Value>(value: Value | null): value is Value {
  return value !== null;
}
