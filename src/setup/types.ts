// What setup speaks about: a tool, the edits that point it at the proxy, and what became of them.
import type { Paths } from "../config/paths";
import type { Config } from "../config/types";

export type SetupTool = "claude-code" | "cursor" | "shell" | "autostart";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the clients shall send their requests. */
export interface SetupTarget {
  readonly profile: string;
  /** Without a slash at the end: `http://127.0.0.1:4080`. */
  readonly url: string;
  /** What the proxy asks its clients for; null: nothing. */
  readonly clientToken: string | null;
}

/** The machine and the user. */
export interface Machine {
  readonly paths: Paths;
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  readonly userHome: string;
}

/** What setup works for and with. */
export interface SetupContext extends Machine {
  /** The folder that the command was called in: a project there may override the user's settings. */
  readonly cwd: string;
  readonly config: Config;
  readonly target: SetupTarget;
}

/** The part of an edited file that is ours: all that undo touches when the file was changed since. */
export type OwnPart =
  | { readonly kind: "json"; readonly keys: readonly OwnKey[] }
  /** `inserted`: the exact text that was put in, or "" where an older block of ours was replaced. */
  | { readonly kind: "block"; readonly inserted: string; readonly block: string }
  /** The whole file. */
  | { readonly kind: "file" };

/** A property of a JSON file that setup set. */
export interface OwnKey {
  readonly path: readonly string[];
  /** SHA-256 of the JSON text of the value: the value itself may be a secret. */
  readonly wrote: string;
}

/** One change of a file outside the home folder. */
export interface FileEdit {
  /** As people know it. */
  readonly path: string;
  /** Where symbolic links lead; the file that is really written. */
  readonly target: string;
  /** null: there is no such file yet. */
  readonly before: Buffer | null;
  readonly after: Buffer;
  readonly modeBefore: number | null;
  readonly modeAfter: number;
  readonly ours: OwnPart;
}

/** What apply would do for one tool. */
export interface ToolPlan {
  readonly tool: SetupTool;
  /** Whether the tool is on this machine. */
  readonly found: boolean;
  /** Whether it already points at the target. */
  readonly done: boolean;
  readonly edits: readonly FileEdit[];
  /** What a person has to do by hand, should know, or why it cannot be done. */
  readonly notes: readonly string[];
}

/** What undo does to one file. */
export interface UndoStep {
  readonly path: string;
  readonly target: string;
  /** The content as it is, and as undo leaves it; null: no file. Equal: nothing of ours is left in it. */
  readonly now: Buffer | null;
  readonly then: Buffer | null;
  /** null: stays as it is. */
  readonly modeThen: number | null;
  /** Whether the file was not touched since, so that its exact bytes come back. */
  readonly exact: boolean;
  /** Folders that setup made, the innermost first; removed if they are empty then. */
  readonly folders: readonly string[];
  /** What was left alone, and why. */
  readonly notes: readonly string[];
  /** Ids of the journal's entries that are settled by it. */
  readonly entries: readonly string[];
}
