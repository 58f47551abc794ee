// Claude Code's settings: the edit, and undo to the byte for files as people really have them.
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { CfError } from "../../src/errors";
import { planTool, planToolUndo, viewTool } from "../../src/setup/set-up";
import { makeSetupHome, type SetupHome } from "./setup-home";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

const url = "http://127.0.0.1:4080";
const login = { env: { ANTHROPIC_API_KEY: "sk-ant-api03-of-the-user" } };
let home: SetupHome;

beforeEach(async () => {
  home = await makeSetupHome();
});

afterEach(() => home[Symbol.asyncDispose]());

/** What the file says after setup, and then the exact bytes after undo. */
async function roundTrip(content: string | Buffer | null, options = login): Promise<string> {
  if (content !== null) await home.write(".claude/settings.json", content);
  const before = await home.snapshot();
  const context = home.context(options);
  await home.apply("claude-code", context);
  const after = (await home.read(".claude/settings.json")).toString("utf8");
  const again = await planTool("claude-code", context);
  expect({ done: again.done, edits: again.edits }).toEqual({ done: true, edits: [] });
  await home.undo("claude-code", context);
  expect(await home.snapshot()).toEqual(before);
  expect(await readdir(join(home.root, "cf-home"))).toEqual([]);
  return after;
}

describe("the edit and its undo", () => {
  const cases: [string, string | Buffer, string][] = [
    [
      "an ordinary file",
      '{\n  "model": "opus",\n  "env": {\n    "FOO": "1"\n  },\n  "hooks": {}\n}\n',
      `{\n  "model": "opus",\n  "env": {\n    "FOO": "1",\n    "ANTHROPIC_BASE_URL": "${url}"\n  },\n  "hooks": {}\n}\n`,
    ],
    [
      "no env object",
      '{\n  "model": "opus"\n}\n',
      `{\n  "model": "opus",\n  "env": {\n    "ANTHROPIC_BASE_URL": "${url}"\n  }\n}\n`,
    ],
    ["env null", '{ "env": null, "a": 1 }', `{ "env": {\n  "ANTHROPIC_BASE_URL": "${url}"\n}, "a": 1 }`],
    ["env empty", '{\n\t"env": {}\n}', `{\n\t"env": {\n\t\t"ANTHROPIC_BASE_URL": "${url}"\n\t}\n}`],
    ["an empty object", "{}", `{\n  "env": {\n    "ANTHROPIC_BASE_URL": "${url}"\n  }\n}`],
    ["an empty file", "", `{\n  "env": {\n    "ANTHROPIC_BASE_URL": "${url}"\n  }\n}\n`],
    ["white space only", " \n\n", ` \n\n{\n  "env": {\n    "ANTHROPIC_BASE_URL": "${url}"\n  }\n}\n`],
    [
      "comments and trailing commas",
      '// mine\n{\n  // the model\n  "model": "opus", // really\n  "env": {\n    "FOO": "1", // foo\n    /* end */\n  },\n}\n// bye',
      `// mine\n{\n  // the model\n  "model": "opus", // really\n  "env": {\n    "FOO": "1", // foo\n    /* end */\n    "ANTHROPIC_BASE_URL": "${url}",\n  },\n}\n// bye`,
    ],
    [
      "a comment behind the last property stays with it",
      '{\n  "a": 1 // one\n}\n',
      `{\n  "a": 1, // one\n  "env": {\n    "ANTHROPIC_BASE_URL": "${url}"\n  }\n}\n`,
    ],
    [
      "CRLF and a byte order mark",
      '\ufeff{\r\n    "a": 1\r\n}\r\n',
      `\ufeff{\r\n    "a": 1,\r\n    "env": {\r\n        "ANTHROPIC_BASE_URL": "${url}"\r\n    }\r\n}\r\n`,
    ],
    [
      "tabs",
      '{\n\t"env": {\n\t\t"A": "b"\n\t}\n}\n',
      `{\n\t"env": {\n\t\t"A": "b",\n\t\t"ANTHROPIC_BASE_URL": "${url}"\n\t}\n}\n`,
    ],
    ["minified", '{"a":1,"env":{"B":"c"}}', `{"a":1,"env":{"B":"c","ANTHROPIC_BASE_URL":"${url}"}}`],
    ["minified without env", '{"a":1}', `{"a":1,"env":{"ANTHROPIC_BASE_URL":"${url}"}}`],
    ["one line", '{ "a": 1 }\n', `{ "a": 1, "env": {"ANTHROPIC_BASE_URL": "${url}"} }\n`],
    [
      "another address",
      '{"env": {"ANTHROPIC_BASE_URL": "https://gateway.example", "A": "b"}}',
      `{"env": {"ANTHROPIC_BASE_URL": "${url}", "A": "b"}}`,
    ],
    [
      "an address that is no text",
      '{"env":{"ANTHROPIC_BASE_URL":null}}',
      `{"env":{"ANTHROPIC_BASE_URL":"${url}"}}`,
    ],
    [
      "env twice: the last one counts",
      '{"env":{"A":"b"},"env":{"C":"d"}}',
      `{"env":{"A":"b"},"env":{"C":"d","ANTHROPIC_BASE_URL":"${url}"}}`,
    ],
    [
      "odd names",
      '{"__proto__":{"env":1},"constructor":2,"日本":"✓"}',
      `{"__proto__":{"env":1},"constructor":2,"日本":"✓","env":{"ANTHROPIC_BASE_URL":"${url}"}}`,
    ],
    [
      "a comment only",
      "// nothing yet",
      `// nothing yet\n{\n  "env": {\n    "ANTHROPIC_BASE_URL": "${url}"\n  }\n}\n`,
    ],
  ];

  test.each(cases)("%s", async (_name, content, expected) => {
    expect(await roundTrip(content)).toBe(expected);
    expect(parse(expected.replace(/^\ufeff/, "")).env.ANTHROPIC_BASE_URL).toBe(url);
  });

  test("no file and no folder: both are made, and go again", async () => {
    const text = await roundTrip(null);
    expect(text).toBe(`{\n  "env": {\n    "ANTHROPIC_BASE_URL": "${url}"\n  }\n}\n`);
  });

  test("a made file and its folder are for the user alone", async () => {
    await home.apply("claude-code");
    expect((await stat(home.settings)).mode & 0o777).toBe(0o600);
    expect((await stat(join(home.root, ".claude"))).mode & 0o777).toBe(0o700);
  });

  test("the mode stays", async () => {
    await home.write(".claude/settings.json", "{}", 0o640);
    await home.apply("claude-code", home.context(login));
    expect((await stat(home.settings)).mode & 0o777).toBe(0o640);
  });

  test("a file of another user, edited by root, stays that user's", async () => {
    const owner = process.getuid?.() === 0 ? 12_345 : (process.getuid?.() ?? 0);
    await home.write(".claude/settings.json", "{}");
    await chown(home.settings, owner, process.getgid?.() ?? 0);
    await home.apply("claude-code", home.context(login));
    expect((await stat(home.settings)).uid).toBe(owner);
    await home.undo("claude-code");
    expect((await stat(home.settings)).uid).toBe(owner);
  });

  test("a link is followed, and stays a link", async () => {
    await home.write("dotfiles/claude.json", '{\n  "a": 1\n}\n');
    await mkdir(join(home.root, ".claude"));
    await symlink("../dotfiles/claude.json", home.settings);
    const before = await home.snapshot();
    await home.apply("claude-code", home.context(login));
    expect(await readlink(home.settings)).toBe("../dotfiles/claude.json");
    expect((await home.read("dotfiles/claude.json")).toString()).toContain(url);
    await home.undo("claude-code");
    expect((await lstat(home.settings)).isSymbolicLink()).toBe(true);
    expect(await home.snapshot()).toEqual(before);
  });

  test("a link to a file that is not there yet", async () => {
    await mkdir(join(home.root, ".claude"));
    await symlink("../dotfiles/claude.json", home.settings);
    await home.apply("claude-code", home.context(login));
    expect((await home.read("dotfiles/claude.json")).toString()).toContain(url);
    await home.undo("claude-code");
    expect((await lstat(home.settings)).isSymbolicLink()).toBe(true);
    expect(await readdir(home.root)).not.toContain("dotfiles");
  });

  test("a file of a megabyte", async () => {
    const big = JSON.stringify(
      { list: Array.from({ length: 9_000 }, (_, index) => ({ index, text: "x".repeat(40) })) },
      null,
      2,
    );
    expect(await roundTrip(big)).toContain(url);
  });

  test("CLAUDE_CONFIG_DIR moves the folder", async () => {
    const folder = join(home.root, "elsewhere");
    const context = home.context({ env: { ...login.env, CLAUDE_CONFIG_DIR: folder } });
    await home.apply("claude-code", context);
    expect((await home.read("elsewhere/settings.json")).toString()).toContain(url);
    await home.undo("claude-code", context);
    expect(await readdir(home.root)).toEqual(["cf-home"]);
  });
});

describe("what cannot be edited is left alone, with a clear error", () => {
  async function failure(): Promise<CfError> {
    const before = await home.snapshot().catch(() => null);
    const error = await planTool("claude-code", home.context(login)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(CfError);
    expect(await home.snapshot().catch(() => null)).toEqual(before);
    if (!(error instanceof CfError)) throw new Error("unreachable");
    return error;
  }

  test.each([
    ["a missing comma", '{\n  "a": 1\n  "b": 2\n}', ":3:3 "],
    ["half a file", '{\n  "a": {\n', ":3:"],
    ["no JSON at all", "hello", ":1:1 "],
    ["a list", "\n[1]", ":2 "],
    ["a text", '"x"', ":1 "],
    ["env is a text", '{\n\n  "env": "x"\n}', ":3 "],
    ["env is a list", '{"env": []}', ":1 "],
    ["two documents", "{}\n{}", ":2:1 "],
  ])("%s", async (_name, content, place) => {
    await home.write(".claude/settings.json", content);
    const error = await failure();
    expect(error.message).toContain(`settings.json${place}`);
    expect(error.hint).toContain("left as it is");
  });

  test("nested beyond reason", async () => {
    await home.write(".claude/settings.json", "[".repeat(200_000));
    expect((await failure()).message).toContain("settings.json");
  });

  test("not UTF-8", async () => {
    await home.write(".claude/settings.json", Buffer.from('\ufeff{"a": 1}', "utf16le"));
    expect((await failure()).message).toContain("UTF-8");
  });

  test("read-only: the edit is shown, and refused", async () => {
    await home.write(".claude/settings.json", "{}", 0o444);
    const plan = await planTool("claude-code", home.context(login));
    expect(plan.edits).toHaveLength(1);
    expect(plan.notes.join()).toContain("read-only: setup will not change it");
    const error = await home.apply("claude-code", home.context(login)).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("read-only");
    expect((await home.read(".claude/settings.json")).toString()).toBe("{}");
    expect((await stat(home.settings)).mode & 0o777).toBe(0o444);
    expect(await planToolUndo("claude-code", home.context())).toEqual([]);
  });

  test("a folder in its place", async () => {
    await mkdir(home.settings, { recursive: true });
    expect((await failure()).message).toContain("it is a folder");
  });

  test("a pipe in its place", async () => {
    await mkdir(join(home.root, ".claude"));
    expect(Bun.spawnSync(["mkfifo", home.settings]).exitCode).toBe(0);
    const error = await planTool("claude-code", home.context(login)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toContain("not a regular file");
    await rm(home.settings);
  });

  test("links in a circle", async () => {
    await mkdir(join(home.root, ".claude"));
    await symlink("settings.json", home.settings);
    const error = await planTool("claude-code", home.context(login)).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("circle");
  });

  test("changed between plan and apply", async () => {
    await home.write(".claude/settings.json", "{}");
    const context = home.context(login);
    const { applyPlan } = await import("../../src/setup/set-up");
    const plan = await planTool("claude-code", context);
    await writeFile(home.settings, '{"mine": 1}');
    const error = await applyPlan(plan, context, { startNow: false }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("changed by another program");
    expect((await home.read(".claude/settings.json")).toString()).toBe('{"mine": 1}');
    expect(await planToolUndo("claude-code", context)).toEqual([]);
  });
});

describe("the token", () => {
  const env = async (context = home.context()) => {
    await home.apply("claude-code", context);
    return JSON.parse((await home.read(".claude/settings.json")).toString()).env;
  };

  test("nobody is logged in: a placeholder, or the client would refuse to start", async () => {
    expect(await env()).toEqual({ ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: "claude-failover" });
  });

  test.each([
    ["a subscription", ".claude.json", '{"oauthAccount":{"emailAddress":"a@b.c"}}'],
    ["a subscription's credentials", ".claude/.credentials.json", '{"claudeAiOauth":{"accessToken":"x"}}'],
    ["a key from the console", ".claude.json", '{"primaryApiKey":"sk-ant-api03-x"}'],
  ])("%s stays in use", async (_name, path, content) => {
    await home.write(path, content);
    expect(await env()).toEqual({ ANTHROPIC_BASE_URL: url });
  });

  test.each(["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"])(
    "%s stays in use",
    async (name) => {
      expect(await env(home.context({ env: { [name]: "secret-of-the-user" } }))).toEqual({
        ANTHROPIC_BASE_URL: url,
      });
    },
  );

  test("a helper for keys stays in use", async () => {
    await home.write(".claude/settings.json", '{"apiKeyHelper":"/bin/key"}');
    expect(await env()).toEqual({ ANTHROPIC_BASE_URL: url });
  });

  test("the client token is written to a file that only the user can read, and is not shown", async () => {
    await home.write(
      ".claude/settings.json",
      '{\n  "env": {\n    "ANTHROPIC_AUTH_TOKEN": "older-secret"\n  }\n}\n',
      0o644,
    );
    const before = await home.snapshot();
    const context = home.context({ config: { clientToken: "client-token-123456" } });
    const view = await viewTool("claude-code", context);
    expect(JSON.stringify(view)).not.toContain("client-token-123456");
    expect(JSON.stringify(view)).not.toContain("older-secret");
    expect(view.notes.join(" ")).toContain("0644 to 0600");
    expect(await env(context)).toEqual({
      ANTHROPIC_AUTH_TOKEN: "client-token-123456",
      ANTHROPIC_BASE_URL: url,
    });
    expect((await stat(home.settings)).mode & 0o777).toBe(0o600);
    const journal = (await home.read("cf-home/setup-journal.json")).toString();
    expect(journal).not.toContain("client-token-123456");
    expect(journal).not.toContain("older-secret");
    await home.undo("claude-code", context);
    expect(await home.snapshot()).toEqual(before);
  });

  test("a file that has the client token already only gets its mode, and gives it back", async () => {
    const env = { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: "client-token-123456" };
    await home.write(".claude/settings.json", JSON.stringify({ env }), 0o644);
    const before = await home.snapshot();
    const context = home.context({ config: { clientToken: "client-token-123456" } });
    expect((await viewTool("claude-code", context)).edits[0]?.diff).toContain("mode 0644 -> 0600");
    await home.apply("claude-code", context);
    expect((await stat(home.settings)).mode & 0o777).toBe(0o600);
    expect((await planTool("claude-code", context)).done).toBe(true);
    await home.undo("claude-code", context);
    expect(await home.snapshot()).toEqual(before);
  });

  test.each(["http://localhost:4080", "http://127.0.0.1:4080/", "http://[::1]:4080"])(
    "%s is this proxy already",
    async (address) => {
      await home.write(".claude/settings.json", JSON.stringify({ env: { ANTHROPIC_BASE_URL: address } }));
      expect(await planTool("claude-code", home.context(login))).toMatchObject({ done: true, edits: [] });
    },
  );

  test.each([
    "http://localhost:4081",
    "https://localhost:4080",
    "http://127.0.0.1:4080/v1",
    "http://[::1",
    "",
  ])("%j is not", async (address) => {
    await home.write(".claude/settings.json", JSON.stringify({ env: { ANTHROPIC_BASE_URL: address } }));
    expect((await planTool("claude-code", home.context(login))).done).toBe(false);
  });

  test("another profile has another port", async () => {
    const config = { profiles: { default: { port: 4080 }, night: { port: 4090 } } };
    expect(await env(home.context({ config, profile: "night" }))).toMatchObject({
      ANTHROPIC_BASE_URL: "http://127.0.0.1:4090",
    });
  });
});

describe("undo when the file has changed since", () => {
  test("the user's later edits stay, ours goes", async () => {
    await home.write(".claude/settings.json", '{\n  "a": 1, // one\n  "env": {\n    "FOO": "1"\n  }\n}\n');
    await home.apply("claude-code", home.context(login));
    const text = (await home.read(".claude/settings.json")).toString();
    await writeFile(
      home.settings,
      text.replace('"a": 1', '"a": 2').replace("}\n}\n", '},\n  "b": [] // new\n}\n'),
    );
    await home.undo("claude-code");
    expect((await home.read(".claude/settings.json")).toString()).toBe(
      '{\n  "a": 2, // one\n  "env": {\n    "FOO": "1"\n  },\n  "b": [] // new\n}\n',
    );
  });

  test("a value that the user has changed is the user's", async () => {
    await home.write(".claude/settings.json", '{"a":1}');
    await home.apply("claude-code");
    await writeFile(
      home.settings,
      '{"env":{"ANTHROPIC_BASE_URL":"https://mine","ANTHROPIC_AUTH_TOKEN":"claude-failover"}}',
    );
    const [step] = await planToolUndo("claude-code", home.context());
    expect(step?.notes.join()).toContain("ANTHROPIC_BASE_URL was changed since");
    await home.undo("claude-code");
    expect((await home.read(".claude/settings.json")).toString()).toBe(
      '{"env":{"ANTHROPIC_BASE_URL":"https://mine"}}',
    );
  });

  test("the value from before comes back as it was written", async () => {
    await home.write(".claude/settings.json", '{"env":{"ANTHROPIC_BASE_URL":"https:\\/\\/old"}}');
    await home.apply("claude-code", home.context(login));
    const text = (await home.read(".claude/settings.json")).toString();
    await writeFile(home.settings, text.replace("{", '{"later":true,'));
    await home.undo("claude-code");
    expect((await home.read(".claude/settings.json")).toString()).toBe(
      '{"later":true,"env":{"ANTHROPIC_BASE_URL":"https:\\/\\/old"}}',
    );
  });

  test("a file that setup made and the user filled stays, without our part", async () => {
    await home.apply("claude-code");
    const text = (await home.read(".claude/settings.json")).toString();
    await writeFile(home.settings, text.replace("{", '{\n  "mine": 1,'));
    await home.undo("claude-code");
    expect(JSON.parse((await home.read(".claude/settings.json")).toString())).toEqual({ mine: 1 });
  });

  test("the user has deleted the file: nothing to do, and the journal forgets it", async () => {
    await home.apply("claude-code");
    await rm(home.settings);
    await home.undo("claude-code");
    expect(await planToolUndo("claude-code", home.context())).toEqual([]);
  });

  test("a broken file is not touched, and the journal keeps its entry", async () => {
    await home.apply("claude-code");
    await writeFile(home.settings, '{"env": oops');
    const error = await planToolUndo("claude-code", home.context()).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("settings.json:1:9");
    await writeFile(home.settings, '{"env": {}}');
    expect(await planToolUndo("claude-code", home.context())).toHaveLength(1);
  });

  test("two setups in a row, the port moved in between: undo goes all the way back", async () => {
    await home.write(".claude/settings.json", '{ "a": 1 }', 0o600);
    const before = await home.snapshot();
    await home.apply("claude-code", home.context(login));
    const moved = home.context({ ...login, config: { profiles: { default: { port: 5000 } } } });
    await home.apply("claude-code", moved);
    expect((await home.read(".claude/settings.json")).toString()).toContain("127.0.0.1:5000");
    await home.undo("claude-code");
    expect(await home.snapshot()).toEqual(before);
  });

  test("two setups with the user's edits between and after", async () => {
    await home.write(".claude/settings.json", '{\n  "a": 1\n}\n');
    await home.apply("claude-code", home.context(login));
    const first = (await home.read(".claude/settings.json")).toString();
    await writeFile(home.settings, first.replace('"a": 1', '"a": 2'));
    await home.apply(
      "claude-code",
      home.context({ ...login, config: { profiles: { default: { port: 5000 } } } }),
    );
    const second = (await home.read(".claude/settings.json")).toString();
    await writeFile(home.settings, second.replace('"a": 2', '"a": 3'));
    await home.undo("claude-code");
    expect((await home.read(".claude/settings.json")).toString()).toBe('{\n  "a": 3\n}\n');
  });

  test("a file that became read-only is not touched", async () => {
    await home.write(".claude/settings.json", "{}");
    await home.apply("claude-code");
    await chmod(home.settings, 0o444);
    const error = await home.undo("claude-code").catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("read-only");
    expect(await planToolUndo("claude-code", home.context())).toHaveLength(1);
  });
});

describe("notes", () => {
  const notes = async (context = home.context(login)) =>
    (await planTool("claude-code", context)).notes.join("\n");

  test("a project's settings that win", async () => {
    await home.write(
      "project/.claude/settings.local.json",
      '{"env":{"ANTHROPIC_BASE_URL":"https://u:secret@other/x?k=secret"}}',
    );
    const text = await notes(home.context({ ...login, cwd: join(home.root, "project") }));
    expect(text).toContain("settings.local.json");
    expect(text).toContain("https://other/x");
    expect(text).not.toContain("secret");
  });

  test("in the home folder itself the project's file is the user's", async () => {
    await home.write(".claude/settings.json", '{"env":{"ANTHROPIC_BASE_URL":"https://other"}}');
    expect(await notes(home.context({ ...login, cwd: home.root }))).not.toContain("wins over");
  });

  test("a cloud switch", async () => {
    expect(await notes(home.context({ env: { ...login.env, CLAUDE_CODE_USE_BEDROCK: "1" } }))).toContain(
      "CLAUDE_CODE_USE_BEDROCK",
    );
    expect(await notes(home.context({ env: { ...login.env, CLAUDE_CODE_USE_BEDROCK: "0" } }))).not.toContain(
      "BEDROCK",
    );
  });

  test("a web proxy without an exception for this machine", async () => {
    const proxied = { ...login.env, HTTPS_PROXY: "http://proxy:3128" };
    expect(await notes(home.context({ env: proxied }))).toContain("NO_PROXY=127.0.0.1");
    expect(await notes(home.context({ env: { ...proxied, NO_PROXY: "localhost,127.0.0.1" } }))).not.toContain(
      "NO_PROXY=",
    );
  });

  test("comments, which the client does not read", async () => {
    await home.write(".claude/settings.json", "{ // hm\n}");
    expect(await notes()).toContain("plain JSON only");
  });

  test("the variable that other programs follow", async () => {
    expect(await notes(home.context({ env: { ...login.env, ANTHROPIC_BASE_URL: "https://x" } }))).toContain(
      "https://x",
    );
    expect(await notes(home.context({ env: { ...login.env, ANTHROPIC_BASE_URL: `${url}/` } }))).not.toContain(
      "variable",
    );
  });
});
