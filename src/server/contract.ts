// What the dashboard's page and its API say to each other. The page imports types from here and nothing else.
import type { KeyId, Provider } from "../engine/types";
import type { KeyState } from "../state/describe-key";
import type { AttemptRow, HistogramBar, KeyBand, RequestRow, Totals } from "../state/ledger/types";

export type * from "../state/ledger/types";
export type { RowPage as RequestPage } from "../state/ledger/types";
export type { DashboardApi } from "./api/dashboard-api";
export type { KeyState };

/** ISO 8601 in UTC. */
export type IsoTime = string;

/** Something that works but wants a person's eye. */
export interface WarningView {
  /** Stable, in snake case. */
  code: string;
  title: string;
  severity: "info" | "warn" | "error";
  remedy: string;
}

export interface ConfigErrorView {
  message: string;
  path: string | null;
  line: number | null;
}

export interface ProfileView {
  name: string;
  port: number;
  url: string;
  /** Why its port is not open; null when it is. */
  error: string | null;
  /** The order in which keys are asked, the explicit one or every key. */
  keyOrder: KeyId[];
  /** Whether the config names the order. */
  explicitOrder: boolean;
  /** The chains in force, model to next model. */
  modelFallback: Record<string, string>;
  /** Whether the chains are the profile's own. */
  ownFallback: boolean;
}

/** One limit that an upstream's answers state. */
export interface LimitView {
  /** The model whose answer said so. */
  model: string;
  /** `requests`, `input-tokens`, `5h`, `7d` and the like. */
  name: string;
  /** Counted windows: how much there is and how much is left. null: not stated. */
  limit: number | null;
  remaining: number | null;
  /** Subscription windows: the part that is used, 0..1. null: not stated. */
  utilization: number | null;
  resetAt: IsoTime | null;
  /** When the answer came. */
  at: IsoTime;
}

export interface KeyView extends KeyState {
  enabled: boolean;
  /** The last four characters of the token, or the reference as it stands in the config. */
  token: string;
  /** Where the token is kept. */
  source: "config" | "env" | "keychain";
  baseUrl: string | null;
  api: "responses" | "chat" | null;
  group: string | null;
  /** Requests in flight on it now, by the model that serves. */
  serving: { model: string; requests: number }[];
  limits: LimitView[];
  lastUsedAt: IsoTime | null;
  today: { requests: number; costUsd: number };
}

/** A request under way. */
export interface ActiveRequest {
  id: string;
  at: IsoTime;
  profile: string;
  client: string;
  modelAsked: string;
  stream: boolean;
  phase: "trying" | "queued" | "streaming";
  /** What is being asked or serves; null before the first attempt. */
  key: KeyId | null;
  model: string | null;
  /** Failed attempts so far. */
  attempts: number;
  /** queued: when a key is expected back. */
  until: IsoTime | null;
}

export interface QueueView {
  profile: string;
  model: string;
  waiting: number;
  until: IsoTime | null;
}

/** Everything that the first view needs, as of event `seq`. */
export interface Snapshot {
  /** Number of the last event that is part of it. */
  seq: number;
  /** Another value means another process: its numbers begin anew. */
  instance: string;
  version: string;
  now: IsoTime;
  startedAt: IsoTime;
  status: "ok" | "degraded" | "unavailable";
  /** SHA-256 of the config file, the `If-Match` of every change. */
  configHash: string;
  configError: ConfigErrorView | null;
  warnings: WarningView[];
  profiles: ProfileView[];
  keys: KeyView[];
  queue: QueueView[];
  active: ActiveRequest[];
  /** The newest first, at most 100; 20 while a flood of requests is told by snapshots. */
  recent: RequestRow[];
  today: Totals;
  capture: CaptureView;
}

/** Whether bodies are kept for debugging, in memory only. */
export interface CaptureView {
  on: boolean;
  /** Requests whose bodies are held now, and at most. */
  held: number;
  capacity: number;
}

/** One event of `GET /dashboard/api/events`, applied by id: it may tell again what a snapshot already shows. */
export type LiveEvent = { seq: number; at: IsoTime } & (
  | { type: "started"; request: ActiveRequest }
  /** An attempt of a request under way ended, or its phase changed. */
  | { type: "progress"; request: ActiveRequest; attempt: AttemptRow | null }
  | { type: "finished"; row: RequestRow; today: Totals }
  /** State or limits of keys changed. */
  | { type: "keys"; status: Snapshot["status"]; keys: KeyView[]; queue: QueueView[] }
  /** The config was changed, or a bad edit of the file was seen, or mended. */
  | {
      type: "config";
      configHash: string;
      configError: ConfigErrorView | null;
      profiles: ProfileView[];
      keys: KeyView[];
      warnings: WarningView[];
    }
  | { type: "warnings"; warnings: WarningView[] }
  | { type: "capture"; capture: CaptureView }
  /** Sent first, and again instead of what a slow subscriber has missed. */
  | { type: "snapshot"; snapshot: Snapshot }
);

/** The signature widget: a band per key above a histogram of requests on the same axis. */
export interface Timeline {
  since: IsoTime;
  until: IsoTime;
  bands: KeyBand[];
  bucketMs: number;
  histogram: HistogramBar[];
}

/** One kept exchange; headers and bodies without secrets. */
export interface CapturedExchange {
  id: string;
  requestHeaders: [string, string][];
  requestBody: string;
  responseStatus: number | null;
  responseHeaders: [string, string][];
  responseBody: string;
  /** A body was longer than what is kept. */
  truncated: boolean;
}

export interface LogLine {
  /** null: the line does not say. */
  time: IsoTime | null;
  level: "debug" | "info" | "warn" | "error";
  message: string;
  fields: Record<string, unknown>;
}

/** Answer of `GET /logs`, and each event of `GET /logs/stream`: in the order of the file. */
export interface LogLines {
  lines: LogLine[];
}

/** The settings that the dashboard changes. */
export interface ConfigSettings {
  modelFallback: Record<string, string>;
  openaiModelFallback: boolean;
  openaiModelMapping: Record<string, string>;
  cooldownMs: number;
  queueWaitMs: number;
  stickySessions: boolean;
  timeouts: { connectMs: number; firstByteMs: number; idleMs: number };
  retentionDays: number;
  logLevel: LogLine["level"];
}

/** The config as it stands in the file, tokens masked, and what is in force where the file is silent. */
export interface ConfigView {
  hash: string;
  document: Record<string, unknown>;
  effective: ConfigSettings;
  /** What holds where the file is silent. */
  defaults: ConfigSettings;
  /** Ids of models that are known, for suggestions. */
  models: string[];
  error: ConfigErrorView | null;
}

/**
 * Body of `PATCH /config`, an RFC 7396 merge patch: null removes, arrays and values replace. It needs the hash that it was
 * made for as If-Match (412: another one is in the file now, told in ETag). Masked values stand for what they mask.
 */
export type ConfigPatch = Record<string, unknown>;

/** Body of `POST /keys`. Absent settings are told from the token, or from the label. */
export interface NewKeyBody {
  token: string;
  label?: string | undefined;
  id?: string | undefined;
  baseUrl?: string | undefined;
  group?: string | undefined;
  provider?: Provider | undefined;
  api?: "responses" | "chat" | undefined;
}

/** Body of `PATCH /keys/:id`: what is absent stays, null takes a setting away. */
export interface KeyChangesBody {
  token?: string | undefined;
  label?: string | null | undefined;
  group?: string | null | undefined;
  baseUrl?: string | null | undefined;
  api?: "responses" | "chat" | null | undefined;
  enabled?: boolean | undefined;
}

/** Body of `PUT /profiles/:name/order`; null: no order of its own, every key is used. */
export interface KeyOrderBody {
  keyOrder: string[] | null;
}

/** Answer of every write to the config. */
export interface ConfigChanged {
  hash: string;
  /** What else the change brought about, in words. */
  notices: string[];
  /** Takes this change back with `POST /dashboard/api/config/undo`; null: it cannot be undone. */
  undo: string | null;
}

export interface KeyAdded extends ConfigChanged {
  id: KeyId;
}

/** What a token looks like, before it is stored. */
export interface TokenKind {
  ok: boolean;
  provider: Provider | null;
  type: "api-key" | "oauth" | null;
  /** In words: "Anthropic API key", or what is wrong with it. */
  words: string;
}

export interface KeyTest {
  ok: boolean;
  status: number | null;
  words: string;
  ms: number;
}

export type SetupTool = "claude-code" | "cursor" | "shell" | "autostart";

/** One tool as setup finds it. */
export interface SetupView {
  tool: SetupTool;
  found: boolean;
  /** Whether it already points here. */
  done: boolean;
  /** Whether our edit can be taken back. */
  canUndo: boolean;
  /** The edits that apply would make. */
  edits: { path: string; diff: string }[];
  /** What a person has to do by hand, or why it cannot be done. */
  notes: string[];
}

/** Every error answer of the API. */
export interface ApiError {
  error: { code: string; message: string; hint: string | null; path?: string };
}
