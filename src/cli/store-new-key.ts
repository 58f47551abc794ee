// What adding a key takes, whichever provider it is for: its token, unseen, into the config, and words about what came of it.
import type { NewKey } from "../config/edit-keys";
import type { LoadedConfig } from "../config/file";
import { isLoopbackHost } from "../config/loopback";
import type { Paths } from "../config/paths";
import type { Key } from "../config/types";
import type { EditOutcome } from "../daemon/edit-config";
import { CfError, exitCode } from "../errors";
import type { Flag, Positional } from "./command";
import type { Output } from "./output";
import { cleanText } from "./print/clean-text";
import { usageError } from "./usage-error";

export const labelPositional: Positional = { name: "label", summary: "A name for people" };

export const newKeyFlags = {
  id: { type: "value", placeholder: "ID", summary: "Id of the key (default: made from the label)" },
  group: { type: "value", placeholder: "G", summary: "Keys of one group share their rate limits" },
  keychain: { type: "switch", summary: "Keep the token in the system's keychain, not in the config" },
} as const satisfies Record<string, Flag>;

/** The values of the command line beside the token. */
export interface NewKeySettings {
  readonly label: string | undefined;
  readonly id: string | undefined;
  readonly baseUrl: string | undefined;
  readonly group: string | undefined;
}

/** Throws for values that cannot be right, before a token is asked for. `name`: of the command. */
export async function checkSettings(name: string, settings: NewKeySettings): Promise<void> {
  const { redact } = await import("../redact");
  const values = Object.values(settings).filter((value) => value !== undefined);
  // Labels, ids and groups are shown and logged: a token must not end up there by a swap of arguments.
  if (values.some((value) => redact(value) !== value)) {
    throw new CfError("misplaced_token", "A token stands where the label or an option's value belongs.", {
      hint: `The token comes first: cf ${name} [token] [label]`,
      exit: exitCode.usage,
    });
  }
  const [, base, route] =
    /^(.*?)\/(chat\/completions|completions|responses|messages|models)\/*$/.exec(settings.baseUrl ?? "") ??
    [];
  if (route === undefined) return;
  throw usageError(`The base URL must end before /${route}.`, `Try --base-url ${base}`);
}

export interface TokenQuestion {
  /** The token of the command line; undefined or "-": asked for, or read from stdin. */
  readonly given: string | undefined;
  /** What helps whoever has none. */
  readonly hint: string;
}

/** The token, trimmed. Throws a usage error if there is none. */
export async function readToken({ given, hint }: TokenQuestion, output: Output): Promise<string> {
  const token = isInline(given) ? given.trim() : await askForToken(output);
  if (token === "") throw usageError("No token was given.", hint);
  return token;
}

async function askForToken(output: Output): Promise<string> {
  const { readSecret } = await import("./read-secret");
  return readSecret("Token (it is not shown while you type or paste): ", output.err);
}

function isInline(given: string | undefined): given is string {
  return given !== undefined && given !== "-";
}

export interface StoredKey {
  readonly key: Key;
  readonly outcome: EditOutcome;
}

export interface StoreOptions {
  readonly paths: Paths;
  /** The config as it was, so that only what is new in it is warned of. */
  readonly before: LoadedConfig;
  readonly output: Output;
  /** The token goes into the system's keychain, and its name into the config. */
  readonly keychain: boolean;
}

/** Writes the key to the config, through the proxy if one runs, and says so. */
export async function storeNewKey(newKey: NewKey, options: StoreOptions): Promise<StoredKey> {
  const { editConfig } = await import("../daemon/edit-config");
  const { describeAddedKey } = await import("./describe-key");
  const { noteNewWarnings } = await import("./note-config-change");
  const { paths, before, output } = options;
  const kept = options.keychain ? await keepInKeychain(newKey, before) : null;
  const edit = { edit: "add-key", key: kept?.key ?? newKey } as const;
  const outcome = await editConfig(paths, edit, before).catch(async (error: unknown) => {
    await kept?.undo();
    throw error;
  });
  const { config } = outcome.after;
  const key = config.keys.get(outcome.id ?? "");
  if (key === undefined)
    throw new CfError("key_gone", "The key was added, and removed again by somebody else.");
  for (const line of describeAddedKey(key, config, output.out.paint)) output.out.line(line);
  for (const notice of outcome.notices) output.err.line(cleanText(notice));
  noteNewWarnings(before, outcome.after, output.err);
  return { key, outcome };
}

async function keepInKeychain(newKey: NewKey, before: LoadedConfig) {
  const { putInKeychain } = await import("./put-in-keychain");
  return putInKeychain(newKey, before.document);
}

export interface NoteOptions {
  /** Of the command. */
  readonly name: string;
  readonly given: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
}

/** What a person should know or do now. */
export async function noteNextSteps({ key, outcome }: StoredKey, options: NoteOptions): Promise<void> {
  const { noteInForce, noteShellHistory, noteUnsetReference } = await import("./note-config-change");
  const { name, given, env, output } = options;
  await noteUnsetReference(key.token, env, output.err);
  if (isInline(given) && !isOnThisMachine(key)) noteShellHistory(key.token, name, output.err);
  noteInForce(outcome, output.err);
  if (outcome.proxy === "none") output.err.line("Start the proxy: cf start");
}

/** What a local server takes is mostly no secret. */
function isOnThisMachine({ baseUrl }: Key): boolean {
  return baseUrl !== null && isLoopbackHost(new URL(baseUrl).hostname);
}
