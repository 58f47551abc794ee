// Reads config.json, and is the only place that writes it.
import { lstat, readFile, readlink, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CfError } from "../errors";
import { ConfigError } from "./config-error";
import { type ConfigDocument, formatDocument } from "./document";
import { explainFileError, fileErrorCode } from "./explain-file-error";
import { type LoadedDocument, loadDocument, loadText } from "./load-document";
import { type HeldLock, type LockOptions, withLock } from "./lock";
import { ensureHome, type Paths } from "./paths";
import { removeLeftovers, replaceFile } from "./replace-file";
import type { Warning } from "./types";

export interface LoadedConfig extends LoadedDocument {
  /** The file's text, without a byte order mark; null if there is no file. */
  readonly text: string | null;
  /** SHA-256 of the file's bytes in hexadecimal; "absent" if there is no file. Equal hash, equal file. */
  readonly hash: string;
}

interface Content {
  readonly bytes: Buffer | null;
  readonly hash: string;
}

/** A change that finds the file changed by hand begins anew; nobody edits that often in a row. */
const mostAttempts = 20;

/**
 * Reads and checks the config. No file: the defaults, without keys. Throws a ConfigError (exit code 2) that names every
 * fault with its line, or a CfError if the file cannot be read. Writes nothing.
 */
export async function readConfig(paths: Paths): Promise<LoadedConfig> {
  const content = await readContent(paths.config);
  const loaded = loadContent(content);
  return { ...loaded, warnings: [...loaded.warnings, ...(await checkMode(paths.config))] };
}

/** Returns the new document. `hash`: of the file as it is now, see `LoadedConfig`. */
export type Change = (document: ConfigDocument, hash: string) => ConfigDocument;

export interface ChangeOptions extends LockOptions {
  /** What is changed when there is no file; absent: an empty document. */
  readonly whenAbsent?: ConfigDocument | undefined;
}

/**
 * Changes the config under the lock: `change` gets the document as it is now and returns the new one, without side
 * effects, for it is called again if the file was edited by hand meanwhile. A result that is not valid is refused with a
 * ConfigError and the file stays as it was. A 1.x file is kept as `config.json.v1.bak` by its first write.
 */
export async function changeConfig(
  paths: Paths,
  change: Change,
  options: ChangeOptions = {},
): Promise<LoadedConfig> {
  await ensureHome(paths);
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const attemptUnderLock = (lock: HeldLock) => tryChange(paths, change, lock, options.whenAbsent);
    const changed = await withLock(paths.configLock, attemptUnderLock, options);
    if (changed !== null) return changed;
  }
  throw new CfError("config_contended", `Another program keeps changing ${paths.config}.`, {
    hint: "Try again when it has finished.",
  });
}

/** null: the file was changed, or the lock taken away, while we worked on it. */
async function tryChange(
  paths: Paths,
  change: Change,
  lock: HeldLock,
  whenAbsent: ConfigDocument | undefined,
): Promise<LoadedConfig | null> {
  const target = await followLinks(paths.config);
  const before = await readContent(target);
  const loaded = loadContent(before);
  const found = before.bytes === null ? (whenAbsent ?? loaded.document) : loaded.document;
  const document = change(found, before.hash);
  const text = formatDocument(document);
  if (text === formatDocument(loaded.document) && before.bytes !== null) return loaded;
  const result = loadDocument(document);
  const unchanged = async () =>
    (await lock.isStillHeld()) && (await readContent(target)).hash === before.hash;
  try {
    await removeLeftovers(target);
    if (loaded.legacy) await keepLegacyFile(target, paths.legacyBackup);
    if (!(await replaceFile(target, text, unchanged))) return null;
  } catch (error) {
    if (fileErrorCode(error) === "") throw error;
    throw explainFileError("config_unwritable", "write", target, error);
  }
  return { ...result, text, hash: hashOf(Buffer.from(text)) };
}

function loadContent({ bytes, hash }: Content): LoadedConfig {
  if (bytes === null) return { ...loadDocument(new Map()), text: null, hash };
  const text = decode(bytes);
  return { ...loadText(text), text, hash };
}

/** Drops a UTF-8 byte order mark, as editors on Windows write it. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const message = "the file is not UTF-8 text; save it with the encoding UTF-8";
    throw new ConfigError([{ path: "", line: null, column: null, message }], { cause: error });
  }
}

async function readContent(path: string): Promise<Content> {
  try {
    const bytes = await readFile(path);
    return { bytes, hash: hashOf(bytes) };
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return { bytes: null, hash: "absent" };
    throw explainFileError("config_unreadable", "read", path, error);
  }
}

function hashOf(bytes: Buffer): string {
  return Bun.CryptoHasher.hash("sha256", bytes, "hex");
}

/** A linked config (into a dotfiles repository, say) is written through to its target, which may not exist yet. */
async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (fileErrorCode(error) !== "ENOENT") throw explainFileError("config_unreadable", "read", path, error);
  }
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  return isLink ? resolve(dirname(path), await readlink(path)) : path;
}

/** An older backup is never overwritten; one with another content makes room under the next free number. */
async function keepLegacyFile(path: string, backup: string): Promise<void> {
  const { bytes, hash } = await readContent(path);
  if (bytes === null) return;
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? backup : backup.replace(/\.bak$/, `-${number}.bak`);
    const kept = await readContent(candidate);
    if (kept.hash === hash) return;
    if (kept.bytes === null) return keepAs(candidate, bytes);
  }
}

/** It holds tokens: for its owner alone, whatever the file allowed that it is a copy of. */
async function keepAs(copy: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(copy, bytes, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (fileErrorCode(error) !== "EEXIST") await rm(copy, { force: true });
    throw error;
  }
}

async function checkMode(path: string): Promise<Warning[]> {
  // Windows has access lists instead, and shows a made-up mode.
  if (process.platform === "win32") return [];
  const mode = await stat(path).then(
    (found) => found.mode & 0o777,
    // Not there, or gone again.
    () => 0,
  );
  if ((mode & 0o077) === 0) return [];
  return [
    {
      code: "config_readable_by_others",
      title: `Other users of this machine can read the config (mode 0${mode.toString(8)}), which holds tokens.`,
      severity: "warn",
      remedy: `chmod 600 ${path}`,
    },
  ];
}
