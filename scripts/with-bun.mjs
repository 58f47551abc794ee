// Entry of every npm script: installs what a fresh clone lacks, then hands over to the project's pinned Bun.
// Plain Node without dependencies, because nothing else is there yet.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const windows = process.platform === "win32";
const bun = join(root, "node_modules", ".bin", windows ? "bun.exe" : "bun");
const marker = join(root, "node_modules", ".lockfile-installed");
const lockfile = readFileSync(join(root, "bun.lock"), "utf8");

function run(command, args, shell = false) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", shell });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

function install() {
  const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.bun;
  const status = run("npx", ["--yes", `bun@${version}`, "install", "--frozen-lockfile"], windows);
  if (status !== 0) {
    console.error(
      "Installing the dependencies failed. Check that the npm registry is reachable, then run it again.",
    );
    process.exit(status);
  }
  writeFileSync(marker, lockfile);
}

const installed = existsSync(bun) && existsSync(marker) && readFileSync(marker, "utf8") === lockfile;
if (!installed) install();
process.exit(run(bun, process.argv.slice(2)));
