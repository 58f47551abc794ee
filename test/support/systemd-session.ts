// Runs in name spaces of its own (see systemd.test): a real systemd user session, and `cf` living under it. Prints what it saw.
// Without a `cf` it only tells whether such a session can be had.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const [root = "", cf = ""] = process.argv.slice(2);
const env = {
  PATH: `${join(root, "bin")}:/usr/bin:/bin`,
  HOME: root,
  XDG_RUNTIME_DIR: join(root, "run"),
  SHELL: "/bin/bash",
  LC_ALL: "C",
};

function run(...command: string[]): { code: number; stdout: string; stderr: string } {
  const child = Bun.spawnSync(command, { env, cwd: root, timeout: 60_000 });
  return { code: child.exitCode, stdout: child.stdout.toString(), stderr: child.stderr.toString() };
}

async function until(condition: () => boolean): Promise<boolean> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    if (condition()) return true;
    await Bun.sleep(50);
  }
  return false;
}

const show = (property: string) =>
  run("systemctl", "--user", "show", "claude-failover", `--property=${property}`, "--value").stdout.trim();

// What systemd wants of a machine; the mounts are seen by nobody else.
for (const command of [
  "mount -t tmpfs none /run/systemd",
  "mkdir -p /run/systemd/system",
  "mount -t cgroup2 none /sys/fs/cgroup",
  "ip link set lo up",
]) {
  run(...command.split(" "));
}
await mkdir(env.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
const manager = Bun.spawn(["/lib/systemd/systemd", "--user"], { env, stdout: "ignore", stderr: "ignore" });
const session = await until(
  () => run("systemctl", "--user", "is-system-running").stdout.trim() === "running",
);
if (session && cf !== "") {
  const setup = run(cf, "setup", "autostart");
  const first = show("MainPID");
  process.kill(Number(first), "SIGKILL");
  const restarted = await until(
    () => show("ActiveState") === "active" && ![first, "0"].includes(show("MainPID")),
  );
  const healthy = await until(() => run(cf, "status", "--json").stdout.includes('"running": true'));
  const stop = run(cf, "stop");
  const stopped = await until(() => show("ActiveState") === "inactive");
  // Longer than RestartSec.
  await Bun.sleep(6000);
  const staysStopped = show("ActiveState") === "inactive";
  const undo = run(cf, "setup", "--undo");
  const forgotten = run("systemctl", "--user", "cat", "claude-failover").code !== 0;
  console.log(
    JSON.stringify({ session, setup, restarted, healthy, stop, stopped, staysStopped, undo, forgotten }),
  );
} else {
  console.log(JSON.stringify({ session }));
}
manager.kill("SIGKILL");
process.exit(0);
