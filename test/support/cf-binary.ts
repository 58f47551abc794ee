// Sees to it that the compiled binary exists and is not older than its sources.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dir, "..", "..");
const binary = join(root, "dist", process.platform === "win32" ? "cf.exe" : "cf");
const lock = join(root, "dist", ".build-lock");

/**
 * Path of the binary to test. `npm test` has built it by then; a single file run by hand builds it here if need be,
 * one process at a time. `CF_TEST_BINARY` names another one, taken as it is.
 */
export async function findBinary(): Promise<string> {
  const given = process.env.CF_TEST_BINARY;
  if (given !== undefined && given !== "") return given;
  if (await isCurrent()) return binary;
  await mkdir(join(root, "dist"), { recursive: true });
  while (!(await takeLock())) await new Promise((resolve) => setTimeout(resolve, 50));
  try {
    if (!(await isCurrent())) await build();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
  return binary;
}

async function isCurrent(): Promise<boolean> {
  if (!existsSync(binary)) return false;
  const builtAt = (await stat(binary)).mtimeMs;
  const sources = await Promise.all(
    ["src", "web"].map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true });
      return names.map((name) => join(root, folder, name));
    }),
  );
  for (const source of [...sources.flat(), join(root, "package.json"), join(root, "scripts", "build.ts")]) {
    if ((await stat(source)).mtimeMs > builtAt) return false;
  }
  return true;
}

/** True if this process may build now. A lock whose owner is no longer alive is removed. */
async function takeLock(): Promise<boolean> {
  try {
    await mkdir(lock);
    await writeFile(join(lock, "pid"), String(process.pid));
    return true;
  } catch {
    const owner = Number(await readFile(join(lock, "pid"), "utf8").catch(() => process.pid));
    if (!isAlive(owner)) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function build(): Promise<void> {
  const child = Bun.spawn([process.execPath, join(root, "scripts", "build.ts")], {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`);
}
