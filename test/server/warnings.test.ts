import { expect, test } from "bun:test";
import { collectWarnings, missingToken } from "../../src/server/warnings";
import { tokenFor } from "../support/test-token";

const none = { found: [], profiles: [], sharedOrganizations: [], record: null };

test("nothing to say: an empty list", () => {
  expect(collectWarnings({ ...none, profiles: [{ name: "default", error: null }] })).toEqual([]);
});

test("a closed port, a missing token and a shared organization: worst first, with code and remedy", () => {
  const warnings = collectWarnings({
    found: [
      { code: "same_token_twice", title: "twice", severity: "info", remedy: "" },
      missingToken("ci", "the variable CI_KEY is not set"),
    ],
    profiles: [
      { name: "default", error: null },
      { name: "night", error: "Port 4081 of profile night is taken." },
    ],
    sharedOrganizations: [{ keys: ["a", "b"] }],
    record: null,
  });
  expect(warnings.map(({ code, severity }) => [code, severity])).toEqual([
    ["port_closed", "error"],
    ["token_missing", "error"],
    ["shared_organization", "warn"],
    ["same_token_twice", "info"],
  ]);
  expect(warnings[0]?.remedy).toContain("profiles.night.port");
  expect(warnings[1]?.title).toContain("CI_KEY");
  expect(warnings[2]?.title).toContain("a, b");
});

test("the same warning from two sources is told once", () => {
  const twice = missingToken("ci", "the variable CI_KEY is not set");
  expect(collectWarnings({ ...none, found: [twice, { ...twice }] })).toHaveLength(1);
});

test("no token gets through, wherever it stood", () => {
  const token = tokenFor("leak");
  const found = [{ code: "x", title: `bad ${token}`, severity: "warn", remedy: `use ${token}` } as const];
  expect(JSON.stringify(collectWarnings({ ...none, found }))).not.toContain(token);
});
