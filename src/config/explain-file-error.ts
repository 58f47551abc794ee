// File system errors in plain words.
import { CfError } from "../errors";

const words: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than the system allows",
  EIO: "the disk reports an error",
  EISDIR: "it is a folder",
  EEXIST: "a file of that name is in the way",
  ENOTDIR: "a part of the path is not a folder",
  ENOENT: "the folder does not exist",
  ELOOP: "its symbolic links go in a circle",
  EMFILE: "too many files are open",
};

/** The error code of a failed system call ("ENOENT"), or "" for any other error. */
export function fileErrorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** `Cannot <action> <path>: <why>.` as a CfError. */
export function explainFileError(code: string, action: string, path: string, error: unknown): CfError {
  const errno = fileErrorCode(error);
  const why = words[errno] ?? (errno === "" ? "it failed for an unknown reason" : `it failed with ${errno}`);
  return new CfError(code, `Cannot ${action} ${path}: ${why}.`, { cause: error });
}
