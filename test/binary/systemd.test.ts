// Autostart under a real systemd, where this machine lets us start one (as root, in name spaces of our own).
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinary } from "../support/cf-binary";

setDefaultTimeout(120_000);

// Network, cgroup, mounts and processes: nothing that happens inside reaches the machine, and all of it ends with the test.
const isolate = ["unshare", "-n", "-C", "-m", "-p", "-f", "--mount-proc", "--kill-child"];

const script = join(import.meta.dir, "..", "support", "systemd-session.ts");

/** Runs the session; `cf`: the program to put into it, none to see only whether there can be one. */
async function runSession(root: string, cf: string): Promise<Record<string, unknown>> {
  const child = Bun.spawn([...isolate, process.execPath, script, root, cf], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  return JSON.parse(stdout.trim() || JSON.stringify({ session: false, stderr }));
}

async function canIsolate(): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync("/lib/systemd/systemd") || Bun.which("unshare") === null)
    return false;
  const root = await mkdtemp(join(tmpdir(), "cf-systemd-"));
  try {
    return (await runSession(root, "")).session === true;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

if (await canIsolate()) {
  test("a killed proxy comes back, a stopped one does not, and undo leaves nothing", async () => {
    const root = await mkdtemp(join(tmpdir(), "cf-systemd-"));
    try {
      await mkdir(join(root, "bin"));
      await symlink(await findBinary(), join(root, "bin", "cf"));
      const seen = await runSession(root, join(root, "bin", "cf"));
      expect(seen).toMatchObject({
        session: true,
        setup: { code: 0, stderr: expect.stringContaining("http://127.0.0.1:4080 answers") },
        restarted: true,
        healthy: true,
        stop: { code: 0, stderr: expect.stringContaining("systemd") },
        stopped: true,
        staysStopped: true,
        undo: { code: 0 },
        forgotten: true,
      });
      expect(existsSync(join(root, ".config", "systemd"))).toBe(false);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
}
