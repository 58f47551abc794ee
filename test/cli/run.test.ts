import { afterAll, beforeAll, expect, test } from "bun:test";
import { version } from "../../package.json";
import { commands } from "../../src/cli/commands";
import { type CliHome, makeCliHome } from "./spawn-cli";

let cli: CliHome;

beforeAll(async () => {
  cli = await makeCliHome();
});

afterAll(() => cli[Symbol.asyncDispose]());

test("cf --version prints the version and nothing else", async () => {
  expect(await cli.run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test.each([[[]], [["--help"]], [["-h"]], [["help"]]])(
  "cf %j prints help with every command",
  async (line) => {
    const { code, stdout, stderr } = await cli.run(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of commands) {
      expect(stdout).toContain(command.name);
      expect(stdout).toContain(command.summary);
    }
  },
);

test.each(commands.map((command) => command.name))("cf %s explains itself in three ways", async (name) => {
  const [long, short, help] = await Promise.all([
    cli.run([name, "--help"]),
    cli.run([name, "-h", "--bogus"]),
    cli.run(["help", name]),
  ]);
  expect(long).toMatchObject({ code: 0, stderr: "" });
  expect(long.stdout).toContain(`cf ${name}`);
  expect(long.stdout).toContain("--help, -h");
  expect(short).toEqual(long);
  expect(help).toEqual(long);
});

test.each([
  [["stauts"], 'Unknown command "stauts". Did you mean "status"?'],
  [["help", "strat"], 'Unknown command "strat". Did you mean "start"?'],
  [["xyzzy"], 'Unknown command "xyzzy".'],
  [["constructor"], 'Unknown command "constructor".'],
  [["--verison"], 'Unknown option "--verison". Did you mean "--version"?'],
  [["--json", "status"], "Options of a command come after its name"],
  [["status", "--jsn"], 'Unknown option "--jsn". Did you mean "--json"?'],
  [["status", "--json=1"], "--json takes no value."],
  [["status", "extra"], "Too many arguments: this command takes no arguments."],
  [["start", "--port"], "--port needs a value: --port N."],
  [["start", "--port", "99999"], "--port must be a number from 1 to 65535."],
  [["start", "--port", "0"], "--port must be a number from 1 to 65535."],
  [["start", "--port=4080x"], "--port must be a number from 1 to 65535."],
  [["start", "--port", "1", "--port", "2"], "--port is given twice."],
  [["start", "-x"], 'Unknown option "-x".'],
  [["remove-key"], "The id is missing."],
  [["config", "shwo"], 'Did you mean "show"?'],
])("cf %j is wrong usage: exit 2, on stderr", async (line, message) => {
  const { code, stdout, stderr } = await cli.run(line);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test("a token typed in place of a command is not repeated", async () => {
  const token = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
  for (const line of [
    [token],
    ["help", token],
    [`--${token}`],
    ["status", `--${token}`],
    ["status", token],
  ]) {
    const { code, stdout, stderr } = await cli.run(line);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain("abcdefgh");
  }
});

test("colour is for terminals: help has it there, and neither in a pipe nor with NO_COLOR", async () => {
  const [terminal, noColor, pipe] = await Promise.all([
    cli.runOnTerminal(["--help"]),
    cli.runOnTerminal(["--help"], [], { NO_COLOR: "0" }),
    cli.run(["--help"]),
  ]);
  expect(terminal.screen).toContain("\x1b[");
  expect(noColor.screen).toContain("status");
  expect(noColor.screen).not.toContain("\x1b[");
  expect(pipe.stdout).not.toContain("\x1b[");
});

test("a reader that goes away leaves no trace", async () => {
  const main = `${import.meta.dir}/../../src/main.ts`;
  const script = `("${process.execPath}" "${main}" --help; echo "code $?" >&2) | head -1`;
  const child = Bun.spawn(["bash", "-c", script], {
    env: { PATH: process.env.PATH ?? "", CF_HOME: cli.home },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  expect(stderr).toBe("code 0\n");
});

test("a fault that nobody foresaw is one redacted line and a hint, without a stack trace", async () => {
  const preload = `${cli.home}-preload.ts`;
  await Bun.write(
    preload,
    `const whenStarted = () => {
       if (process.listenerCount("uncaughtException") === 0) return setImmediate(whenStarted);
       throw new Error("boom sk-ant-api03-SECRETSECRET\\nmore");
     };
     setImmediate(whenStarted);`,
  );
  const main = `${import.meta.dir}/../../src/main.ts`;
  // add-key waits for its token here, so the fault comes from outside of any await.
  const child = Bun.spawn([process.execPath, "--preload", preload, main, "add-key"], {
    env: { PATH: process.env.PATH ?? "", CF_HOME: cli.home },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  expect(stderr).toStartWith("error: Unexpected: Error: boom [redacted]\n");
  expect(stderr.trim().split("\n")).toHaveLength(2);
});

test.if(process.platform === "linux")("output that cannot be written is a failure", async () => {
  const main = `${import.meta.dir}/../../src/main.ts`;
  const child = Bun.spawn([process.execPath, main, "--help"], {
    env: { PATH: process.env.PATH ?? "", CF_HOME: cli.home },
    stdout: Bun.file("/dev/full"),
    stderr: "pipe",
  });
  const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  expect({ stderr, code }).toEqual({ stderr: "error: The output could not be written.\n", code: 1 });
});
