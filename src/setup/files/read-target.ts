// Reads a file that setup may edit, and says in plain words why it cannot be edited.
import { constants } from "node:fs";
import { access, lstat, readFile, readlink, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { explainFileError, fileErrorCode } from "../../config/explain-file-error";
import { CfError } from "../../errors";

export interface TargetFile {
  readonly path: string;
  /** Where symbolic links lead. */
  readonly target: string;
  /** Whether `path` itself is a symbolic link. */
  readonly isLink: boolean;
  /** null: there is no such file. */
  readonly bytes: Buffer | null;
  /** Permission bits; null if there is no such file. */
  readonly mode: number | null;
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/** More than any settings file; a log that was put in its place must not fill the memory. */
const largestFile = 32 * 1024 * 1024;

/** The file at `path`, links followed. Throws a CfError for anything but a readable file or none. */
export async function readTarget(path: string): Promise<TargetFile> {
  const isLink = await isSymbolicLink(path);
  const target = await followLinks(path, isLink);
  const found = await stat(target).catch((error: unknown) => {
    if (fileErrorCode(error) === "ENOENT") return null;
    throw explainFileError("setup_unreadable", "read", path, error);
  });
  if (found === null) return { path, target, isLink, bytes: null, mode: null, owner: null };
  if (found.isDirectory()) throw unfit(path, "it is a folder");
  // Reading a pipe or a device could wait for ever.
  if (!found.isFile()) throw unfit(path, "it is not a regular file");
  if (found.size > largestFile) throw unfit(path, "it is larger than 32 MiB");
  try {
    const bytes = await readFile(target);
    const owner = { uid: found.uid, gid: found.gid };
    return { path, target, isLink, bytes, mode: found.mode & 0o7777, owner };
  } catch (error) {
    throw explainFileError("setup_unreadable", "read", path, error);
  }
}

/** The text without its byte order mark, and the mark ("" if there is none). Throws a CfError if it is not UTF-8. */
export function decodeText(path: string, bytes: Buffer): { mark: string; text: string } {
  try {
    const whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const mark = whole.startsWith("\ufeff") ? "\ufeff" : "";
    return { mark, text: whole.slice(mark.length) };
  } catch (error) {
    throw new CfError("setup_not_utf8", `Cannot edit ${path}: it is not UTF-8 text.`, {
      hint: "Save it with the encoding UTF-8, then run this again. Nothing was changed.",
      cause: error,
    });
  }
}

/**
 * Whether the file may not be written. A file without a write bit was protected on purpose (or lies in a store that another
 * tool manages): it is left alone, even where root or the folder's mode would let us replace it.
 */
export async function isReadOnly(file: TargetFile): Promise<boolean> {
  if (file.bytes === null) return false;
  const isProtected = process.platform !== "win32" && ((file.mode ?? 0) & 0o200) === 0;
  if (isProtected) return true;
  return access(file.target, constants.W_OK).then(
    () => false,
    () => true,
  );
}

/** Throws a CfError if the file may not be written. */
export async function checkWritable(file: TargetFile): Promise<void> {
  if (!(await isReadOnly(file))) return;
  throw new CfError("setup_read_only", `Cannot edit ${file.path}: it is read-only.`, {
    hint: `It was left as it is. ${remedyForReadOnly(file)}`,
  });
}

/** For the notes of a plan: apply would refuse. Empty for a file that may be written. */
export async function noteReadOnly(file: TargetFile): Promise<string[]> {
  if (!(await isReadOnly(file))) return [];
  return [`${file.path} is read-only: setup will not change it. ${remedyForReadOnly(file)}`];
}

function remedyForReadOnly({ path, target }: TargetFile): string {
  const leads =
    target === path ? "" : `It leads to ${target}: if another tool manages that file, make the edit there. `;
  return `${leads}Make it writable (chmod u+w ${quotePath(target)}), or make the edit by hand; --dry-run shows it.`;
}

async function isSymbolicLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return false;
    throw explainFileError("setup_unreadable", "read", path, error);
  }
}

/** A link whose target does not exist yet (a dotfiles repository, say) is followed too: the target will be made. */
async function followLinks(path: string, isLink: boolean): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (fileErrorCode(error) !== "ENOENT") throw explainFileError("setup_unreadable", "read", path, error);
  }
  return isLink ? resolve(dirname(path), await readlink(path)) : path;
}

function unfit(path: string, why: string): CfError {
  return new CfError("setup_unfit_file", `Cannot edit ${path}: ${why}.`, { hint: "Nothing was changed." });
}

function quotePath(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
