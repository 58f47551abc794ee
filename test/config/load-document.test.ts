import { describe, expect, test } from "bun:test";
import { ConfigError } from "../../src/config/config-error";
import { loadText } from "../../src/config/load-document";

const token = "sk-ant-api03-aaaaaaaaaaaaaaaaaaaa";

function faultsOf(config: unknown): string[] {
  return faultsOfText(typeof config === "string" ? config : JSON.stringify(config));
}

function faultsOfText(text: string): string[] {
  try {
    loadText(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.exit).toBe(2);
    expect(error.code).toBe("config_invalid");
    return error.message.split("\n").map((line) => line.replace(/^config\.json:1 /, ""));
  }
}

const withKey = (fields: Record<string, unknown>) => ({ keys: { a: { token, ...fields } } });
const withProfile = (fields: Record<string, unknown>) => ({ profiles: { default: fields } });

describe("faults", () => {
  const table: [config: unknown, ...messages: string[]][] = [
    [[], "config.json:1: the config must be an object {...}"],
    ["null", "config.json:1: the config must be an object {...}"],
    ['"text"', "config.json:1: the config must be an object {...}"],
    [{ colldownMs: 1 }, 'colldownMs: is not a known setting; did you mean "cooldownMs"?'],
    [{ zzzzzzzzz: 1 }, "zzzzzzzzz: is not a known setting"],
    [{ $schema: 1 }, "$schema: must be a text in quotes, not a number"],
    // profiles
    [{ profiles: [] }, "profiles: must be an object {...}, not a list"],
    [{ profiles: { "": { port: 1 } } }, 'profiles[""]: must not be empty'],
    [
      { profiles: { "a\nb": { port: 1 } } },
      'profiles["a\\nb"]: must not contain line breaks or other control characters',
    ],
    [{ profiles: { default: 4080 } }, "profiles.default: must be an object {...}, not a number"],
    [withProfile({ port: 0 }), "profiles.default.port: 0 is below 1"],
    [withProfile({ port: 65536 }), "profiles.default.port: 65536 is above 65535"],
    [withProfile({ port: 1e300 }), "profiles.default.port: 1e+300 is above 9007199254740991"],
    [withProfile({ port: 80.5 }), "profiles.default.port: 80.5 is not a whole number"],
    [withProfile({ port: "4080" }), "profiles.default.port: must be a number, not a text; remove the quotes"],
    [withProfile({ port: null }), "profiles.default.port: must be a number, not null"],
    [withProfile({ prot: 4080 }), 'profiles.default.prot: is not a known setting; did you mean "port"?'],
    [
      withProfile({ logLevel: "info" }),
      "profiles.default.logLevel: is not a setting here; it belongs at the top level",
    ],
    [withProfile({ keyOrder: "a" }), "profiles.default.keyOrder: must be a list [...], not a text"],
    [
      withProfile({ keyOrder: ["a", 7] }),
      "profiles.default.keyOrder[1]: must be a text in quotes, not a number",
    ],
    [withProfile({ keyOrder: [""] }), "profiles.default.keyOrder[0]: must not be empty"],
    [withProfile({ modelFallback: { a: "" } }), "profiles.default.modelFallback.a: must not be empty"],
    [
      { profiles: { work: {} } },
      'profiles.work.port: is missing; only the profile "default" has a port of its own (4080)',
    ],
    [
      { profiles: { a: { port: 5000 }, b: { port: 5000 } } },
      'profiles.b.port: 5000 is already the port of "a"',
    ],
    [
      { profiles: { work: { port: 4080 }, default: {} } },
      'profiles.default.port: 4080 is already the port of "work"',
    ],
    // keys
    [{ keys: { a: {} } }, "keys.a.token: is missing"],
    [{ keys: { "": { token } } }, 'keys[""]: must not be empty'],
    [{ keys: { " a": { token } } }, 'keys[" a"]: must not begin or end with a space'],
    [withKey({ token: "" }), "keys.a.token: the token is empty"],
    [withKey({ token: " \n" }), "keys.a.token: the token is empty"],
    [
      withKey({ token: "abc def" }),
      "keys.a.token: the token has a space or line break inside; it was probably not copied whole",
    ],
    [
      withKey({ token: "abc\ndef" }),
      "keys.a.token: the token has a space or line break inside; it was probably not copied whole",
    ],
    [
      withKey({ token: "abc\u0000def" }),
      "keys.a.token: the token has a character that cannot be in a token (only printable ASCII can)",
    ],
    [
      withKey({ token: "tökén" }),
      "keys.a.token: the token has a character that cannot be in a token (only printable ASCII can)",
    ],
    [
      withKey({ token: "env:" }),
      "keys.a.token: a name must follow, as in env:ANTHROPIC_API_KEY or keychain:work",
    ],
    [withKey({ token: 5 }), "keys.a.token: must be a text in quotes, not a number"],
    [withKey({ label: 5 }), "keys.a.label: must be a text in quotes, not a number"],
    [withKey({ type: "api_key" }), 'keys.a.type: must be one of "api-key", "oauth"; did you mean "api-key"?'],
    [
      withKey({ provider: "opena" }),
      'keys.a.provider: must be one of "anthropic", "openai"; did you mean "openai"?',
    ],
    [withKey({ provider: "x" }), 'keys.a.provider: must be one of "anthropic", "openai"'],
    [
      withKey({ baseUrl: "example.com" }),
      "keys.a.baseUrl: must be a URL that begins with http:// or https://",
    ],
    [withKey({ baseUrl: "ftp://x" }), "keys.a.baseUrl: must be a URL that begins with http:// or https://"],
    [withKey({ baseUrl: "https://u:p@x" }), "keys.a.baseUrl: must not hold a user name or password"],
    [withKey({ baseUrl: "https://x/?a=b" }), "keys.a.baseUrl: must end with its path, without ? or #"],
    [withKey({ api: "responses" }), 'keys.a.api: is only for keys with provider "openai"'],
    [
      withKey({ provider: "openai", api: "chats" }),
      'keys.a.api: must be one of "responses", "chat"; did you mean "chat"?',
    ],
    [withKey({ enabled: "yes" }), "keys.a.enabled: must be true or false, not a text"],
    [withKey({ group: "" }), "keys.a.group: must not be empty"],
    [withKey({ tokn: "x" }), 'keys.a.tokn: is not a known setting; did you mean "token"?'],
    // models
    [{ modelFallback: { a: 1 } }, "modelFallback.a: must be a text in quotes, not a number"],
    [{ modelFallback: { "gpt-5.4": 1 } }, 'modelFallback["gpt-5.4"]: must be a text in quotes, not a number'],
    [{ modelFallback: { a: ["b"] } }, "modelFallback.a: must be a text in quotes, not a list"],
    [{ openaiModelFallback: 1 }, "openaiModelFallback: must be true or false, not a number"],
    [{ openaiModelMapping: { "*": "" } }, 'openaiModelMapping["*"]: must not be empty'],
    [{ prices: { m: { inptu: 1 } } }, 'prices.m.inptu: is not a known setting; did you mean "input"?'],
    [{ prices: { m: { input: -1 } } }, "prices.m.input: -1 is below 0"],
    // URLs and numbers
    [{ anthropicBaseUrl: "" }, "anthropicBaseUrl: must be a URL that begins with http:// or https://"],
    [{ openaiBaseUrl: "x" }, "openaiBaseUrl: must be a URL that begins with http:// or https://"],
    [{ chatgptBaseUrl: 1 }, "chatgptBaseUrl: must be a text in quotes, not a number"],
    [{ cooldownMs: -1 }, "cooldownMs: -1 is below 0"],
    [{ cooldownMs: null }, "cooldownMs: must be a number, not null"],
    [{ queueWaitMs: 1.5 }, "queueWaitMs: 1.5 is not a whole number"],
    [{ queueWaitMs: 3e9 }, "queueWaitMs: 3000000000 is above 2147483647"],
    [{ stickySessions: "true" }, "stickySessions: must be true or false, not a text; remove the quotes"],
    [{ timeouts: { connectMS: 1 } }, 'timeouts.connectMS: is not a known setting; did you mean "connectMs"?'],
    [{ timeouts: { idleMs: -1 } }, "timeouts.idleMs: -1 is below 0"],
    [{ maxBodyBytes: 0 }, "maxBodyBytes: 0 is below 1"],
    [{ maxLogSize: 10 }, "maxLogSize: 10 is below 1024"],
    [{ retentionDays: -1 }, "retentionDays: -1 is below 0"],
    [
      { logLevel: "warning" },
      'logLevel: must be one of "debug", "info", "warn", "error"; did you mean "warn"?',
    ],
    // exposure
    [
      { host: "0.0.0.0" },
      "host: other machines could use your keys through this address; set clientToken, or use 127.0.0.1",
    ],
    [
      { host: "http://127.0.0.1" },
      "host: must be an address alone, such as 127.0.0.1, without http:// and port",
    ],
    [{ host: "" }, 'host: must not be empty; use "127.0.0.1"'],
    [{ clientToken: "" }, "clientToken: must not be empty; leave it out for no token"],
    [{ clientToken: "a b" }, "clientToken: must be printable ASCII without spaces inside"],
    [{ allowedHosts: ["*"] }, "allowedHosts[0]: must be one whole name; wildcards would let any web page in"],
    [
      { allowedHosts: ["ok.example", "http://x"] },
      "allowedHosts[1]: must be a host name such as proxy.example or proxy.example:8080, without http:// and path",
    ],
    [
      { allowedOrigins: ["*"] },
      "allowedOrigins[0]: must be one origin; wildcards would let any web page spend your keys",
    ],
    [
      { allowedOrigins: ["https://x/y"] },
      "allowedOrigins[0]: must be an origin such as https://app.example:8443, without a path",
    ],
  ];

  test.each(table)("%j", (config, ...messages) => {
    expect(faultsOf(config)).toEqual(messages);
  });

  test("all of them are told, each with its line, in the order of the file", () => {
    const text = `{
  "profiles": {
    "default": { "port": 4080 },
    "work": {
      "port": 99999,
      "keyOrdr": []
    },
    "other": {
      "port": 4080
    }
  },
  "keys": {
    "a": {
      "label": "no token"
    }
  },
  "openaiModelFalback": true
}`;
    expect(faultsOfText(text)).toEqual([
      "config.json:5 profiles.work.port: 99999 is above 65535",
      'config.json:6 profiles.work.keyOrdr: is not a known setting; did you mean "keyOrder"?',
      'config.json:9 profiles.other.port: 4080 is already the port of "default"',
      "config.json:13 keys.a.token: is missing",
      'config.json:17 openaiModelFalback: is not a known setting; did you mean "openaiModelFallback"?',
    ]);
  });

  test("carry path, line and words for /health", () => {
    const error = thrownBy(() => loadText('{\n"profiles": {"work": {\n"port": 99999}}}'));
    expect(error.problems).toEqual([
      { path: "profiles.work.port", line: 3, column: null, message: "99999 is above 65535" },
    ]);
  });
});

describe("accepted", () => {
  const table: [name: string, config: unknown][] = [
    ["nothing", {}],
    ["a schema", { $schema: "https://example.com/schema.json" }],
    ["empty tables", { profiles: {}, keys: {}, modelFallback: {}, openaiModelMapping: {}, prices: {} }],
    ["zero times", { cooldownMs: 0, queueWaitMs: 0, timeouts: { connectMs: 0 } }],
    ["the ends of the port range", { profiles: { a: { port: 1 }, b: { port: 65535 } } }],
    ["an order that names no key", withProfile({ keyOrder: ["gone"] })],
    ["an open host with a client token", { host: "0.0.0.0", clientToken: "let-me-in" }],
    ["loopback hosts", { host: "::1" }],
    ["localhost", { host: "localhost" }],
    ["allowed names", { allowedHosts: ["proxy.example", "box:8080", "[::1]:4080"] }],
    ["allowed origins", { allowedOrigins: ["https://a.example", "http://localhost:3000/"] }],
    ["a gateway's own token", withKey({ token: "anything-goes", baseUrl: "http://localhost:9/a/b/" })],
    ["any label", withKey({ label: "個人 🗝 <b>\"'" })],
    ["an empty label", withKey({ label: "" })],
    ["an api for an OpenAI token", { keys: { a: { token: "sk-proj-1", api: "chat" } } }],
  ];
  test.each(table)("%s", (_name, config) => {
    expect(faultsOf(config)).toEqual([]);
  });
});

function thrownBy(action: () => unknown): ConfigError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
