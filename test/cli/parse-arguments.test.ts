import { expect, test } from "bun:test";
import { defineCommand } from "../../src/cli/command";
import { parseArguments } from "../../src/cli/parse-arguments";
import { CfError, exitCode } from "../../src/errors";

const command = defineCommand({
  positionals: [
    { name: "token", summary: "" },
    { name: "label", summary: "" },
  ],
  flags: {
    port: { type: "value", short: "p", placeholder: "N", summary: "" },
    json: { type: "switch", summary: "" },
  },
  run: async () => exitCode.ok,
});

const strict = defineCommand({
  positionals: [{ name: "action", summary: "", required: true, choices: ["show", "path"] }],
  flags: {},
  run: async () => exitCode.ok,
});

function parse(...argumentList: string[]) {
  return parseArguments("try", command, argumentList);
}

function errorOf(action: () => unknown): CfError {
  try {
    action();
  } catch (error) {
    if (error instanceof CfError) return error;
    throw error;
  }
  throw new Error("no error was thrown");
}

test.each<[string[], { port: string | undefined; json: boolean }, string[]]>([
  [["--port", "1"], { port: "1", json: false }, []],
  [["--port=1", "--json"], { port: "1", json: true }, []],
  [["-p", "1", "a"], { port: "1", json: false }, ["a"]],
  [["-p1"], { port: "1", json: false }, []],
  [["a", "--json", "b"], { port: undefined, json: true }, ["a", "b"]],
  [["-"], { port: undefined, json: false }, ["-"]],
  [["--", "--json", "-x"], { port: undefined, json: false }, ["--json", "-x"]],
  [["--json", "--json"], { port: undefined, json: true }, []],
  [["--port=-1"], { port: "-1", json: false }, []],
])("%j is understood", (argumentList, flags, positionals) => {
  expect(parse(...argumentList)).toEqual({ help: false, flags, positionals, rest: [] });
});

test.each<[string[], string]>([
  [["--prot", "1"], 'Unknown option "--prot". Did you mean "--port"?'],
  [["-x"], 'Unknown option "-x".'],
  [["--no-json"], 'Unknown option "--no-json".'],
  [["--constructor"], 'Unknown option "--constructor".'],
  [["--port"], "--port needs a value: --port N."],
  [["--port="], "--port needs a value"],
  [["--port", "--json"], "--port needs a value"],
  [["--port", "1", "--port", "2"], "--port is given twice."],
  [["--json=yes"], "--json takes no value."],
  [["a", "b", "c"], "Too many arguments: this command takes at most 2 arguments."],
])("%j is wrong usage", (argumentList, message) => {
  const error = errorOf(() => parse(...argumentList));
  expect(error.message).toContain(message);
  expect(error.exit).toBe(exitCode.usage);
  expect(error.hint).toContain("cf try --help");
});

test.each([[["--help"]], [["-h"]], [["--bogus", "--help"]], [["--port", "--help"]], [["a", "b", "c", "-h"]]])(
  "%j asks for help",
  (argumentList) => {
    expect(parse(...argumentList)).toEqual({ help: true });
  },
);

test("after -- a request for help is a value", () => {
  expect(parse("--", "--help")).toEqual({
    help: false,
    flags: { port: undefined, json: false },
    rest: [],
    positionals: ["--help"],
  });
});

test("a missing or unknown choice is named", () => {
  expect(errorOf(() => parseArguments("config", strict, [])).message).toBe("The action is missing.");
  expect(errorOf(() => parseArguments("config", strict, ["shwo"])).message).toBe(
    'Unknown action "shwo". Did you mean "show"?',
  );
});

test("a token in the wrong place is not repeated", () => {
  const token = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
  const wrong = [[`--${token}`], ["a", "b", token], [`-${token}`]];
  for (const argumentList of wrong) {
    expect(errorOf(() => parse(...argumentList)).message).not.toContain("abcdefgh");
  }
});
