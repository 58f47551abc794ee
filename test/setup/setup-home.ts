// A user's home folder for setup to work in, and the context that points at it.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadText } from "../../src/config/load-document";
import { resolvePaths } from "../../src/config/paths";
import { makeContext } from "../../src/setup/make-context";
import { applyPlan, planTool, planToolUndo, undoTool } from "../../src/setup/set-up";
import type { Environment, SetupContext, SetupTool } from "../../src/setup/types";

export interface ContextOptions {
  readonly config?: object;
  readonly profile?: string;
  readonly env?: Environment;
  readonly platform?: NodeJS.Platform;
  readonly cwd?: string;
}

export interface SetupHome extends AsyncDisposable {
  readonly root: string;
  readonly settings: string;
  context(options?: ContextOptions): SetupContext;
  /** Writes a file below the home folder, with its folders. */
  write(path: string, content: string | Buffer, mode?: number): Promise<string>;
  read(path: string): Promise<Buffer>;
  /** Every file and folder below the home folder with mode and content, cf's own home left out. */
  snapshot(): Promise<Record<string, string>>;
  apply(tool: SetupTool, context?: SetupContext): Promise<void>;
  undo(tool: SetupTool, context?: SetupContext): Promise<void>;
}

export async function makeSetupHome(): Promise<SetupHome> {
  return setUpIn(await mkdtemp(join(tmpdir(), "cf-setup-")));
}

/** The same in a folder that is there. */
export function setUpIn(root: string): SetupHome {
  const context = (options: ContextOptions = {}) => {
    const env = { PATH: "", HOME: root, CF_HOME: join(root, "cf-home"), SHELL: "/bin/bash", ...options.env };
    const machine = {
      paths: resolvePaths(env),
      env,
      platform: options.platform ?? "linux",
      userHome: root,
    } as const;
    const { config } = loadText(JSON.stringify(options.config ?? {}));
    return makeContext(machine, config, {
      profile: options.profile,
      cwd: options.cwd ?? join(root, "nowhere"),
    });
  };
  return {
    root,
    settings: join(root, ".claude", "settings.json"),
    context,
    async write(path, content, mode = 0o644) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content, { mode });
      return file;
    },
    read: (path) => readFile(join(root, path)),
    async snapshot() {
      const names = (await readdir(root, { recursive: true })).filter((name) => !name.startsWith("cf-home"));
      const entries = names.sort().map(async (name) => {
        const found = await stat(join(root, name));
        const content = found.isFile() ? (await readFile(join(root, name))).toString("base64") : "folder";
        return [name, `${(found.mode & 0o7777).toString(8)} ${content}`];
      });
      return Object.fromEntries(await Promise.all(entries));
    },
    async apply(tool, given = context()) {
      await applyPlan(await planTool(tool, given), given, { startNow: false });
    },
    async undo(tool, given = context()) {
      await undoTool(tool, await planToolUndo(tool, given), given);
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
