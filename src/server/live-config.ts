// The config in force: follows its file, changes it for whoever asks, and keeps the last good one through bad edits.
import { applyEdit, type ConfigEdit, type EditedDocument } from "../config/apply-edit";
import type { ConfigDocument } from "../config/document";
import { type Change, changeConfig, type LoadedConfig } from "../config/file";
import type { Paths } from "../config/paths";
import { repairModes } from "../config/repair-modes";
import type { Warning } from "../config/types";
import { undoChange } from "../config/undo-change";
import { type FileWatch, watchFile } from "../config/watch";
import type { KeyId } from "../engine/types";
import { CfError } from "../errors";
import { type FoundConfig, findConfig } from "./find-config";
import type { ConfigErrorReport } from "./health";
import type { ResolvedConfig } from "./runtime";
import { type ResolvedTokens, type ResolveToken, readSecrets } from "./secret-reader";
import { StaleConfigError } from "./stale-config-error";
import { UndoList } from "./undo-list";
import { missingToken } from "./warnings";

export interface LiveConfigOptions {
  paths: Paths;
  /** What is in force at the start. */
  loaded: LoadedConfig;
  tokens: ResolvedTokens;
  lateTokens: Promise<ResolvedTokens> | null;
  resolveToken: ResolveToken;
  /** Puts a config in force. */
  adopt: (next: ResolvedConfig) => void;
  /** Tells that `loaded` or `error` is another one. */
  announce: () => void;
  /** Tells that other users could read what is ours, and whether that is mended. */
  onRepaired: (told: readonly Warning[]) => void;
  reportBug: (error: unknown) => void;
}

/** What a deliberate change has brought. */
export interface ConfigChange {
  hash: string;
  /** The key that was added. */
  id: KeyId | null;
  /** What else it brought about, in words. */
  notices: string[];
  /** For `undo`; null: the file was like that already. */
  undo: string | null;
}

/** An editor that truncates a file before it writes it anew leaves a moment between; that is no bad edit. */
const settleMs = 150;

export class LiveConfig {
  readonly #options: LiveConfigOptions;
  #loaded: LoadedConfig;
  #tokens: ResolvedTokens;
  #error: ConfigErrorReport | null = null;
  #watch: FileWatch | null = null;
  /** Reloads and changes come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #isReloadDue = false;
  /** What was told of modes that are too open. */
  #openModes: readonly Warning[] = [];
  readonly #undoable = new UndoList();

  constructor(options: LiveConfigOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    this.#tokens = options.tokens;
    this.#await(options.lateTokens);
  }

  /** As the file said it when it was last good. */
  get loaded(): LoadedConfig {
    return this.#loaded;
  }

  /** What is wrong with the file as it is now; null: it is what is in force. */
  get error(): ConfigErrorReport | null {
    return this.#error;
  }

  get warnings(): Warning[] {
    const { keys } = this.#loaded.config;
    const missing = [...this.#tokens].flatMap(([id, token]) =>
      "missing" in token ? missingToken(id, token.missing, keys.get(id)?.token ?? "") : [],
    );
    return [...this.#loaded.warnings, ...missing];
  }

  /** Follows the file from now on, with what has been changed since it was read for the start. */
  watch(): void {
    const isInDoubt = () => this.#error !== null;
    this.#watch ??= watchFile(this.#options.paths.config, () => void this.reload(), isInDoubt);
  }

  close(): void {
    this.#watch?.close();
    this.#watch = null;
  }

  /**
   * Makes a deliberate change: writes the file and resolves when it is in force. Throws a CfError if the edit cannot be
   * made, `config_stale` if `ifMatch` is not the file's hash; then nothing has changed.
   */
  change(edit: ConfigEdit, ifMatch: string | null): Promise<ConfigChange> {
    return this.#write(ifMatch, (document) => applyEdit(document, edit));
  }

  /** Takes a change back by the name that it was given. */
  undo(name: string): Promise<ConfigChange> {
    return this.#write(null, (document) => {
      const reverted = undoChange(document, this.#undoable.find(name));
      if (reverted !== null) return { document: reverted, id: null, notices: [] };
      throw new CfError("undo_conflict", "What this change touched has been changed again since.", {
        hint: "Change it by hand.",
      });
    });
  }

  /** Reads the secrets again that a keychain keeps: it may have been locked, or hold another token now. */
  readSecrets(): Promise<void> {
    return this.#inTurn(async () => {
      const { config } = this.#loaded;
      if (![...config.keys.values()].some(({ token }) => token.startsWith("keychain:"))) return;
      const { tokens, late } = await readSecrets(config, this.#options.resolveToken, {
        config,
        tokens: this.#tokens,
      });
      this.#adoptTokens(tokens);
      this.#await(late);
    });
  }

  #write(ifMatch: string | null, edit: (document: ConfigDocument) => EditedDocument): Promise<ConfigChange> {
    return this.#inTurn(async () => {
      const { loaded: inForce } = this;
      const made: { edited?: EditedDocument; before?: ConfigDocument; restored?: boolean } = {};
      const change: Change = (before, found) => {
        // A file that was deleted comes back with what is in force.
        made.restored = found === "absent" && inForce.hash !== "absent";
        const hash = made.restored ? inForce.hash : found;
        if (ifMatch !== null && ifMatch !== hash) throw new StaleConfigError(hash);
        made.before = before;
        made.edited = edit(before);
        return made.edited.document;
      };
      const after = await changeConfig(this.#options.paths, change, { whenAbsent: inForce.document });
      if (made.edited === undefined || made.before === undefined) throw new Error("the change was not made");
      if (after.hash === inForce.hash) this.#settle(after);
      else await this.#adopt(after);
      const { id, notices } = made.edited;
      const restored = made.restored ? ["The config file had been deleted; it was written anew."] : [];
      const undo = this.#undoable.add({ before: made.before, after: after.document });
      return { hash: after.hash, id, notices: [...notices, ...restored], undo };
    });
  }

  /** Reads the file again; resolves when what it says is in force, or its fault is told. Never rejects. */
  async reload(): Promise<void> {
    // One that has not begun yet will read what is there now.
    if (this.#isReloadDue) return;
    this.#isReloadDue = true;
    await this.#inTurn(async () => {
      this.#isReloadDue = false;
      await this.#follow();
    }).catch(this.#options.reportBug);
  }

  async #follow(): Promise<void> {
    await this.#closeToOthers();
    let found = await this.#find();
    if (!found.ok && !Bun.deepEquals(found.error, this.#error)) {
      await Bun.sleep(settleMs);
      found = await this.#find();
    }
    if (!found.ok) {
      this.#tell(found.error);
      return;
    }
    if (found.loaded.hash === this.#loaded.hash) this.#settle(found.loaded);
    else await this.#adopt(found.loaded);
  }

  /** An editor or a copy may leave a file that all can read, and it holds tokens. What cannot be mended is told once. */
  async #closeToOthers(): Promise<void> {
    const told = await repairModes(this.#options.paths);
    if (told.length > 0 && !Bun.deepEquals(told, this.#openModes)) this.#options.onRepaired(told);
    this.#openModes = told;
  }

  /** The file says what is in force already; only its mode may be another one. */
  #settle({ warnings }: LoadedConfig): void {
    this.#loaded = { ...this.#loaded, warnings };
    this.#tell(null);
  }

  #find(): Promise<FoundConfig> {
    return findConfig(this.#options.paths, this.#loaded.hash !== "absent");
  }

  async #adopt(loaded: LoadedConfig): Promise<void> {
    const before = { config: this.#loaded.config, tokens: this.#tokens };
    const { tokens, late } = await readSecrets(loaded.config, this.#options.resolveToken, before);
    this.#options.adopt({ config: loaded.config, tokens });
    this.#loaded = loaded;
    this.#tokens = tokens;
    this.#error = null;
    this.#options.announce();
    this.#await(late);
  }

  #adoptTokens(tokens: ResolvedTokens): void {
    if (Bun.deepEquals(tokens, this.#tokens)) return;
    this.#tokens = tokens;
    this.#options.adopt({ config: this.#loaded.config, tokens });
    this.#options.announce();
  }

  /** Takes in what a slow keychain says at last, unless the config is another one by then. */
  #await(late: Promise<ResolvedTokens> | null): void {
    const { config } = this.#loaded;
    late
      ?.then((tokens) =>
        this.#inTurn(async () => {
          if (this.#loaded.config === config) this.#adoptTokens(tokens);
        }),
      )
      .catch(this.#options.reportBug);
  }

  #tell(error: ConfigErrorReport | null): void {
    if (Bun.deepEquals(error, this.#error)) return;
    this.#error = error;
    this.#options.announce();
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
