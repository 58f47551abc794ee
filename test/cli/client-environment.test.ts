import { expect, test } from "bun:test";
import { clientEnvironment } from "../../src/cli/client-environment";

const options = { url: "http://127.0.0.1:4080", clientToken: null, command: "python3", hasLogin: false };

test("base URL and a placeholder; a real key of the shell does not come along", () => {
  const { variables, removed } = clientEnvironment({ ANTHROPIC_API_KEY: "sk-ant-real", LANG: "C" }, options);
  expect(variables).toEqual({
    LANG: "C",
    ANTHROPIC_BASE_URL: options.url,
    ANTHROPIC_API_BASE: options.url,
    ANTHROPIC_AUTH_TOKEN: "claude-failover",
    ANTHROPIC_API_KEY: "claude-failover",
  });
  expect(removed).toEqual([]);
});

test.each(["claude", "/usr/local/bin/claude", "zsh", "claude.exe"])(
  "%s gets the token alone: a key beside it would make Claude Code warn",
  (command) => {
    const { variables } = clientEnvironment({ ANTHROPIC_API_KEY: "sk-ant-real" }, { ...options, command });
    expect(variables.ANTHROPIC_AUTH_TOKEN).toBe("claude-failover");
    expect(variables.ANTHROPIC_API_KEY).toBeUndefined();
  },
);

test("the client token of the proxy takes the placeholder's place", () => {
  const { variables } = clientEnvironment({}, { ...options, clientToken: "secret-word" });
  expect(variables.ANTHROPIC_AUTH_TOKEN).toBe("secret-word");
});

test("Claude Code with a login of its own keeps it, unless the proxy wants its client token", () => {
  const login = { ...options, command: "claude", hasLogin: true };
  const env = { ANTHROPIC_API_KEY: "sk-ant-real", CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-own" };
  const { variables } = clientEnvironment(env, login);
  expect(variables.ANTHROPIC_AUTH_TOKEN).toBeUndefined();
  expect(variables.ANTHROPIC_API_KEY).toBeUndefined();
  expect(variables.CLAUDE_CODE_OAUTH_TOKEN).toBe("sk-ant-oat01-own");
  const asked = clientEnvironment(env, { ...login, clientToken: "word" });
  expect(asked.variables.ANTHROPIC_AUTH_TOKEN).toBe("word");
  // What else is run needs a token of its own all the same.
  expect(clientEnvironment(env, { ...login, command: "aider" }).variables.ANTHROPIC_API_KEY).toBe(
    "claude-failover",
  );
});

test("switches to a cloud are taken away, and named", () => {
  const { variables, removed } = clientEnvironment(
    { CLAUDE_CODE_USE_BEDROCK: "1", CLAUDE_CODE_USE_VERTEX: "" },
    options,
  );
  expect(removed).toEqual(["CLAUDE_CODE_USE_BEDROCK"]);
  expect(variables.CLAUDE_CODE_USE_BEDROCK).toBeUndefined();
});

test.each([
  [{ HTTPS_PROXY: "http://p" }, { NO_PROXY: "localhost,127.0.0.1,::1" }],
  [{ http_proxy: "http://p", no_proxy: "corp, localhost" }, { no_proxy: "corp,localhost,127.0.0.1,::1" }],
  [
    { HTTP_PROXY: "http://p", no_proxy: "a", NO_PROXY: "b" },
    { NO_PROXY: "b,localhost,127.0.0.1,::1", no_proxy: "a,localhost,127.0.0.1,::1" },
  ],
])("a web proxy in the environment (%j) is not asked for what is on this machine", (env, expected) => {
  expect(clientEnvironment(env, options).variables).toMatchObject(expected);
});
