// Setup from the dashboard: edits shown, made as shown, and taken back; outside of nothing but this test's own home.
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SetupView } from "../../src/server/contract";
import { makeFakeManagers } from "../support/fake-managers";
import { startProxy } from "../support/proxy-setup";

setDefaultTimeout(30_000);

const headers = { "content-type": "application/json" };
const settings = `{
  // mine
  "model": "opus"
}
`;

test("Claude Code is set up with the edits that were shown, and given back", async () => {
  await using proxy = await startProxy({ profiles: { work: {} } });
  const file = join(proxy.cf.home, ".claude", "settings.json");
  await mkdir(join(proxy.cf.home, ".claude"));
  await writeFile(file, settings);
  const views = (await proxy.send("/dashboard/api/setup?profile=work")).json<SetupView[]>();
  expect(views.map((view) => view.tool)).toEqual(["claude-code", "cursor", "shell", "autostart"]);
  const [claude] = views;
  expect(claude).toMatchObject({ found: true, done: false, canUndo: false });
  expect(claude?.edits[0]?.diff).toContain(`+    "ANTHROPIC_BASE_URL": "${proxy.urlOf("work")}"`);
  expect(await readFile(file, "utf8")).toBe(settings);

  const apply = (body: unknown) =>
    proxy.send("/dashboard/api/setup/claude-code/apply", {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
  await writeFile(file, settings.replace("opus", "sonnet"));
  const stale = await apply({ profile: "work", edits: claude?.edits });
  expect([stale.status, stale.json<{ error: { code: string } }>().error.code]).toEqual([
    409,
    "setup_changed_meanwhile",
  ]);
  await writeFile(file, settings);
  const applied = (await apply({ profile: "work", edits: claude?.edits })).json<SetupView>();
  expect(applied).toMatchObject({ tool: "claude-code", done: true, canUndo: true, edits: [] });
  const edited = await readFile(file, "utf8");
  expect(edited).toContain("// mine");
  expect(edited).toContain(proxy.urlOf("work"));

  const undone = await proxy.send("/dashboard/api/setup/claude-code/undo", {
    method: "POST",
    headers,
    body: "{}",
  });
  expect(undone.json<{ view: SetupView }>().view).toMatchObject({ done: false, canUndo: false });
  expect(await readFile(file, "utf8")).toBe(settings);
  const again = await proxy.send("/dashboard/api/setup/claude-code/undo", {
    method: "POST",
    headers,
    body: "{}",
  });
  expect(again.status).toBe(200);
});

test("what cannot be set up says why, and changes nothing", async () => {
  await using proxy = await startProxy();
  const file = join(proxy.cf.home, ".claude", "settings.json");
  await mkdir(join(proxy.cf.home, ".claude"));
  await writeFile(file, "{ broken");
  const views = (await proxy.send("/dashboard/api/setup")).json<SetupView[]>();
  expect(views[0]?.edits).toEqual([]);
  expect(views[0]?.notes.join(" ")).toContain("settings.json");
  const answer = await proxy.send("/dashboard/api/setup/claude-code/apply", {
    method: "POST",
    headers,
    body: "{}",
  });
  expect(answer.status).toBe(422);
  expect(answer.json<{ error: { hint: string } }>().error.hint).not.toBeNull();
  expect(await readFile(file, "utf8")).toBe("{ broken");
});

test.each([
  ["GET", "/setup?profile=nobody", null, 404],
  ["GET", "/setup?profil=default", null, 400],
  ["POST", "/setup/emacs/apply", "{}", 404],
  ["POST", "/setup/__proto__/undo", "{}", 404],
  ["POST", "/setup/cursor/apply", '{"force":true}', 400],
  ["POST", "/setup/cursor/undo", '{"force":true}', 400],
])("%s %s %s is refused", async (method, path, body, status) => {
  await using proxy = await startProxy();
  const options = body === null ? {} : { headers, body };
  const answer = await proxy.send(`/dashboard/api${path}`, { method, ...options });
  expect([answer.status, Object.keys(answer.json())]).toEqual([status, ["error"]]);
});

if (process.platform === "linux") {
  test("undoing autostart says that the proxy of the service was stopped", async () => {
    const root = await mkdtemp(join(tmpdir(), "cf-dashboard-setup-"));
    const managers = await makeFakeManagers(root);
    // What the service runs.
    await using served = Bun.spawn(["sleep", "60"]);
    try {
      await using proxy = await startProxy({ env: { PATH: `${managers.bin}:${process.env.PATH}` } });
      const post = (path: string) => proxy.send(path, { method: "POST", headers, body: "{}" });
      expect((await post("/dashboard/api/setup/autostart/apply")).status).toBe(200);
      await writeFile(join(root, "fake-state", "pid"), `${served.pid}`);
      const undone = await post("/dashboard/api/setup/autostart/undo");
      expect(undone.json<{ notes: string[] }>().notes).toEqual([
        "The proxy that it ran was stopped. Start it: cf start -d",
      ]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
}
