// The run file in the hands of the process that it names.
import { explainFileError } from "../config/explain-file-error";
import { type RunFile, removeRunFile, writeRunFile } from "./run-file";

export class OwnRunFile {
  readonly #path: string;
  #run: RunFile;

  constructor(path: string, run: RunFile) {
    this.#path = path;
    this.#run = run;
  }

  get current(): RunFile {
    return this.#run;
  }

  /** Synchronous: what it says holds before the next request is answered. Throws a CfError if it cannot be written. */
  update(changes: Partial<RunFile>): void {
    const next = { ...this.#run, ...changes };
    try {
      writeRunFile(this.#path, next);
    } catch (error) {
      throw explainFileError("run_file_unwritable", "write", this.#path, error);
    }
    this.#run = next;
  }

  /** Like `update`, where a full disk is no reason to give up: commands then see the state before. */
  note(changes: Partial<RunFile>): void {
    try {
      this.update(changes);
    } catch {
      this.#run = { ...this.#run, ...changes };
    }
  }

  /** Gives the place free for the next process; another one's claim stays. */
  async remove(): Promise<void> {
    await removeRunFile(this.#path, this.#run.instance);
  }
}
