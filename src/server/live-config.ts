// The config in force: follows its file, changes it for whoever asks, and keeps the last good one through bad edits.
import { ConfigError } from "../config/config-error";
import { type LoadedConfig, readConfig } from "../config/file";
import type { Paths } from "../config/paths";
import type { Config, Warning } from "../config/types";
import { type FileWatch, watchFile } from "../config/watch";
import type { KeyId } from "../engine/types";
import { CfError } from "../errors";
import type { ConfigErrorReport } from "./health";
import type { ResolvedConfig, ResolvedToken } from "./runtime";
import { missingToken } from "./warnings";

export type ResolveTokens = (config: Config) => Promise<ReadonlyMap<KeyId, ResolvedToken>>;

export interface LiveConfigOptions {
  paths: Paths;
  /** What is in force at the start. */
  loaded: LoadedConfig;
  tokens: ReadonlyMap<KeyId, ResolvedToken>;
  resolveTokens: ResolveTokens;
  /** Puts a config in force. */
  adopt: (next: ResolvedConfig) => void;
  /** Tells that `loaded` or `error` is another one. */
  announce: () => void;
  reportBug: (error: unknown) => void;
}

type Found = { ok: true; loaded: LoadedConfig } | { ok: false; error: ConfigErrorReport };

/** An editor that truncates a file before it writes it anew leaves a moment between; that is no bad edit. */
const settleMs = 150;

export class LiveConfig {
  readonly #options: LiveConfigOptions;
  #loaded: LoadedConfig;
  #tokens: ReadonlyMap<KeyId, ResolvedToken>;
  #error: ConfigErrorReport | null = null;
  #watch: FileWatch | null = null;
  /** Reloads and changes come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #isReloadDue = false;

  constructor(options: LiveConfigOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    this.#tokens = options.tokens;
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
    const missing = [...this.#tokens].flatMap(([id, token]) =>
      "missing" in token ? missingToken(id, token.missing) : [],
    );
    return [...this.#loaded.warnings, ...missing];
  }

  /** Follows the file from now on. */
  watch(): void {
    this.#watch ??= watchFile(this.#options.paths.config, () => void this.reload());
  }

  close(): void {
    this.#watch?.close();
    this.#watch = null;
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
    let found = await this.#read();
    if (!found.ok && !Bun.deepEquals(found.error, this.#error)) {
      await Bun.sleep(settleMs);
      found = await this.#read();
    }
    if (!found.ok) {
      this.#tell(found.error);
      return;
    }
    if (found.loaded.hash !== this.#loaded.hash) await this.#adopt(found.loaded);
    else {
      this.#loaded = found.loaded;
      this.#tell(null);
    }
  }

  async #read(): Promise<Found> {
    try {
      const loaded = await readConfig(this.#options.paths);
      if (loaded.hash !== "absent" || this.#loaded.hash === "absent") return { ok: true, loaded };
      const message = `${this.#options.paths.config} was deleted.`;
      return { ok: false, error: { message, path: null, line: null } };
    } catch (error) {
      if (!(error instanceof CfError)) throw error;
      return { ok: false, error: describe(error) };
    }
  }

  async #adopt(loaded: LoadedConfig): Promise<void> {
    const tokens = await this.#options.resolveTokens(loaded.config);
    this.#options.adopt({ config: loaded.config, tokens });
    this.#loaded = loaded;
    this.#tokens = tokens;
    this.#error = null;
    this.#options.announce();
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

function describe(error: CfError): ConfigErrorReport {
  const problem = error instanceof ConfigError ? error.problems[0] : undefined;
  return { message: error.message, path: problem?.path || null, line: problem?.line ?? null };
}
