// Compiles the binary for this machine to dist/cf.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { version } from "../package.json";

const root = join(import.meta.dir, "..");

/** What becomes of the sources, in the binary and where tests look at its parts. */
export function bundleOptions(main = join(root, "src", "main.ts")) {
  return {
    // Workers are not found by following imports.
    entrypoints: [
      main,
      join(root, "src/state/ledger/store/worker.ts"),
      join(root, "src/proxy/count/worker.ts"),
    ],
    target: "bun",
    format: "esm",
    minify: true,
    // A command loads its own part and not the proxy: half of the time that a start took.
    splitting: true,
    minChunkSize: 1_000_000,
    sourcemap: "none",
    define: { CF_VERSION: JSON.stringify(version), "process.env.NODE_ENV": '"production"' },
  } satisfies Bun.BuildConfig;
}

/** Compiles `main` into one executable at `outfile`. Throws with the bundler's messages when it fails. */
export async function buildBinary(outfile: string, main?: string): Promise<void> {
  await mkdir(dirname(outfile), { recursive: true });
  // Built beside its place and renamed, so that a running binary is never overwritten in place.
  const scratch = await mkdtemp(join(dirname(outfile), ".build-"));
  const fresh = join(scratch, basename(outfile));
  try {
    await compile(fresh, main, []);
    // What commands use comes to the front of the file, where it is read at once: a tenth of their time.
    if (main === undefined) await compile(fresh, main, await recordUse(fresh, scratch));
    await rename(fresh, outfile);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function compile(outfile: string, main: string | undefined, bytecodeOrder: string[]): Promise<void> {
  const result = await Bun.build({
    ...bundleOptions(main),
    bytecode: true,
    // A binary must not read .env, bunfig.toml (whose preload is code), tsconfig.json or package.json from the
    // user's working directory.
    compile: {
      outfile,
      bytecodeOrder,
      // A command is over before compiled code would pay; the proxy sets it back to 1 (server/start-proxy).
      jitPolicy: 8,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
      // Only what is in the binary runs: a --preload in BUN_OPTIONS is refused.
      execArgv: ["--disallow-code-generation-from-strings=strict"],
    },
  });
  if (!result.success) throw new AggregateError(result.logs, "The build failed");
}

/** Runs some commands in an empty home folder; gives the files that say which functions they used. */
async function recordUse(binary: string, folder: string): Promise<string[]> {
  const env = { PATH: process.env.PATH ?? "", HOME: folder, CF_HOME: join(folder, "home") };
  await mkdir(env.CF_HOME);
  await writeFile(
    join(env.CF_HOME, "config.json"),
    JSON.stringify({ keys: { work: { token: "env:TOKEN" } } }),
  );
  return ["list-keys", "status", "stats", "doctor", "config validate", "--help"].map((command, index) => {
    const profile = join(folder, `${index}.order`);
    Bun.spawnSync([binary, ...command.split(" ")], { env: { ...env, BUN_BYTECODE_ORDER_OUT: profile } });
    if (!existsSync(profile)) throw new Error(`The fresh binary cannot run ${command}`);
    return profile;
  });
}

if (import.meta.main) {
  const outfile = join(root, "dist", process.platform === "win32" ? "cf.exe" : "cf");
  await buildBinary(outfile);
  console.log(`built ${outfile} (${(Bun.file(outfile).size / 1e6).toFixed(0)} MB)`);
}
