// Nothing in the folder where a user happens to stand may influence the binary (product.md section 5).
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { version } from "../../package.json";
import { spawnCf } from "../support/cf-process";
import { startProxy } from "../support/proxy-setup";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(30_000);

/** A folder full of files that make Bun run or believe something, and the mark that they leave when they do. */
async function makeHostileFolder(): Promise<{
  cwd: string;
  mark: string;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const cwd = await mkdtemp(join(tmpdir(), "cf-hostile-"));
  const mark = join(cwd, "it-ran");
  const evil = `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "ran");\nmodule.exports = {};\n`;
  const environment = [
    `ALPHA_TOKEN=${tokenFor("alpha")}`,
    "BUN_BE_BUN=1",
    "BUN_OPTIONS=--preload=./evil.js",
    "NODE_OPTIONS=--require=./evil.js",
    `CF_HOME=${join(cwd, "home")}`,
    `HOME=${join(cwd, "home")}`,
    "HTTP_PROXY=http://127.0.0.1:1",
    "HTTPS_PROXY=http://127.0.0.1:1",
    "ANTHROPIC_BASE_URL=http://127.0.0.1:1",
    "NODE_TLS_REJECT_UNAUTHORIZED=0",
    "",
  ].join("\n");
  const files: Record<string, string> = {
    "evil.js": evil,
    ".env": environment,
    ".env.local": environment,
    ".env.production": environment,
    ".env.development": environment,
    "bunfig.toml": 'preload = ["./evil.js"]\n[run]\nbun = true\n[test]\npreload = ["./evil.js"]\n',
    ".bunfig.toml": 'preload = ["./evil.js"]\n',
    "tsconfig.json": JSON.stringify({
      compilerOptions: { baseUrl: ".", paths: { "*": ["./evil.js"] }, jsxImportSource: "./evil.js" },
    }),
    "package.json": JSON.stringify({
      name: "hostile",
      type: "commonjs",
      main: "evil.js",
      imports: { "#*": "./evil.js" },
      bun: { preload: ["./evil.js"] },
    }),
    "config.json": "this is not the config\n",
  };
  for (const name of ["hono", "zod", "citty", "consola", "jsonc-parser"]) {
    files[`node_modules/${name}/index.js`] = evil;
    files[`node_modules/${name}/package.json`] = JSON.stringify({
      name,
      version: "99.0.0",
      main: "index.js",
    });
  }
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
  return { cwd, mark, [Symbol.asyncDispose]: () => rm(cwd, { recursive: true, force: true }) };
}

test.concurrent("cf --version in a hostile folder prints the version and runs nothing", async () => {
  await using folder = await makeHostileFolder();
  await using cf = await spawnCf({ config: null, args: ["--version"], cwd: folder.cwd });
  const { code, stdout } = await cf.exited;
  expect(code).toBe(0);
  expect(stdout.trim()).toContain(version);
  expect(existsSync(folder.mark)).toBe(false);
});

test.concurrent("cf start in a hostile folder serves as anywhere else", async () => {
  await using folder = await makeHostileFolder();
  await using proxy = await startProxy({
    cwd: folder.cwd,
    keys: { alpha: { token: "env:ALPHA_TOKEN", type: "api-key", provider: "anthropic" }, beta: {} },
  });
  const answer = await proxy.message();
  expect(answer.status).toBe(200);
  // The .env file would have given alpha its token.
  expect(answer.header("x-cf-key")).toBe("beta");
  expect((await proxy.keyHealth("alpha")).reason).toContain("ALPHA_TOKEN");
  expect(existsSync(folder.mark)).toBe(false);
  expect(existsSync(join(folder.cwd, "home"))).toBe(false);
});

test.concurrent("a harmless BUN_OPTIONS in the environment does not stop cf from working", async () => {
  await using cf = await spawnCf({ config: null, args: ["--version"], env: { BUN_OPTIONS: "--smol" } });
  const { code, stdout } = await cf.exited;
  expect(code).toBe(0);
  expect(stdout.trim()).toContain(version);
});

test.concurrent("code in the folder is not run by way of BUN_OPTIONS in the environment either", async () => {
  await using folder = await makeHostileFolder();
  const env = { BUN_OPTIONS: "--preload=./evil.js" };
  await using cf = await spawnCf({ config: null, args: ["--version"], cwd: folder.cwd, env });
  await cf.exited;
  expect(existsSync(folder.mark)).toBe(false);
});
