// The addresses that a start tells are those that commands without a profile use.
import { expect, test } from "bun:test";
import { dashboardOf, describeDaemon, describeStart } from "../../src/daemon/describe-run";
import { describeThisProcess } from "../../src/daemon/run-file";

test("the profile that is meant is default, wherever it stands; without it, the first", async () => {
  const night = { name: "night", port: 4081 };
  const facts = { version: "2.0.0", host: "127.0.0.1" };
  const run = await describeThisProcess({ ...facts, profiles: [night, { name: "default", port: 4080 }] });
  expect(describeStart(run, 1)[1]).toContain("ANTHROPIC_BASE_URL=http://127.0.0.1:4080");
  expect(describeDaemon(run)[1]).toContain("ANTHROPIC_BASE_URL=http://127.0.0.1:4080");
  expect(dashboardOf(run)).toBe("http://127.0.0.1:4080/dashboard/");
  expect(dashboardOf({ ...run, profiles: [night] })).toBe("http://127.0.0.1:4081/dashboard/");
  expect(dashboardOf({ ...run, profiles: [] })).toBeNull();
});
