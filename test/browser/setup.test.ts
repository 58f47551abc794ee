// The view "Setup" in a real browser, on the compiled binary: a tool set up and undone, snippets, the first request.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  browserPath,
  findAccessibilityIssues,
  measureOverflow,
  type Size,
  sizes,
  TestBrowser,
} from "../support/browser";
import { until } from "../support/gate";
import { type ProxySetup, startProxy } from "../support/proxy-setup";

setDefaultTimeout(60_000);
const bothSizes = Object.keys(sizes) as Size[];
const own = `{
  // mine
  "model": "opus",
}
`;

describe.skipIf(browserPath === null)("setup", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterEach(() => browser.closePages());
  afterAll(() => browser.close());

  const open = (proxy: ProxySetup, size: Size = "wide", query = "") =>
    browser.open(`${proxy.url}/dashboard/setup${query}`, size);
  const settingsOf = (proxy: ProxySetup) => join(proxy.cf.home, ".claude", "settings.json");
  async function writeSettings(proxy: ProxySetup, text: string): Promise<void> {
    await mkdir(join(proxy.cf.home, ".claude"), { recursive: true });
    await writeFile(settingsOf(proxy), text);
  }

  test.each(bothSizes)("%s: Claude Code: the diff first, then the edit, then undo", async (size) => {
    await using proxy = await startProxy();
    await writeSettings(proxy, own);
    const { page, problems } = await open(proxy, size);
    const tool = page.locator(".tool", { hasText: "Claude Code" }).first();
    await tool.getByText("found, not set up").waitFor();
    await tool.getByRole("button", { name: "Set up…" }).click();
    await tool.locator(".added", { hasText: proxy.url }).waitFor();
    expect(await readFile(settingsOf(proxy), "utf8")).toBe(own);
    await tool.getByRole("button", { name: /^Make th/ }).click();
    await tool.getByText("points here").waitFor();
    const edited = await readFile(settingsOf(proxy), "utf8");
    expect(edited).toContain("// mine");
    expect(edited).toContain(proxy.url);
    await tool.getByRole("button", { name: "Undo Claude Code" }).click();
    await tool.getByText("found, not set up").waitFor();
    expect(await readFile(settingsOf(proxy), "utf8")).toBe(own);
    expect(await measureOverflow(page)).toBe(0);
    expect(problems).toEqual([]);
  });

  test("a file that was edited since its diff was shown is left alone, and the new diff shows", async () => {
    await using proxy = await startProxy();
    await writeSettings(proxy, own);
    const { page } = await open(proxy);
    const tool = page.locator(".tool", { hasText: "Claude Code" }).first();
    await tool.getByRole("button", { name: "Set up…" }).click();
    const meanwhile = own.replace('"opus"', '"sonnet"');
    await writeSettings(proxy, meanwhile);
    await tool.getByRole("button", { name: /^Make th/ }).click();
    await tool
      .getByRole("alert")
      .getByText(/changed since the edits were shown/)
      .waitFor();
    await tool.locator(".diff", { hasText: '"sonnet"' }).waitFor();
    expect(await readFile(settingsOf(proxy), "utf8")).toBe(meanwhile);
  });

  test("what cannot be set up says why", async () => {
    await using proxy = await startProxy();
    const { page } = await open(proxy);
    const cursor = page.locator(".tool", { hasText: "Cursor" }).last();
    await page.getByText(/Cursor's chat and agent cannot use this proxy/).waitFor();
    expect(await cursor.getByRole("button").count()).toBe(0);
    expect(existsSync(join(proxy.cf.home, ".cursor"))).toBe(false);
  });

  test("listening for the first request, and the moment it arrives", async () => {
    await using proxy = await startProxy({ profiles: { night: {} } });
    const { page } = await open(proxy, "wide", "?profile=night");
    await page.getByText("Listening for the first request…").waitFor();
    await page.getByText(proxy.urlOf("night"), { exact: true }).first().waitFor();
    await proxy.message();
    await page.getByText("Listening for the first request…").waitFor();
    await proxy.message({ profile: "night", headers: { "user-agent": "claude-cli/2.9.9" } });
    await page.getByText("The first request arrived").waitFor();
    await page.getByText(/from claude-cli\/2\.9\.9 for claude-opus-4-6/).waitFor();
    await page.reload();
    await page.getByText("In use").waitFor();
  });

  test("the snippets carry the address of the chosen profile, and work", async () => {
    await using proxy = await startProxy({ profiles: { night: {} } });
    const { page } = await open(proxy);
    await page.locator(".snippet pre", { hasText: `ANTHROPIC_BASE_URL=${proxy.url} ` }).waitFor();
    await page.getByLabel("For which profile").selectOption("night");
    await page.getByRole("button", { name: "curl", exact: true }).click();
    // The one before has the address too.
    const snippet = page.locator(".snippet pre", { hasText: `curl ${proxy.urlOf("night")}` });
    await snippet.waitFor();
    const command = (await snippet.textContent()) ?? "";
    const curl = Bun.spawn(["sh", "-c", `${command} --silent`], { stdout: "pipe" });
    expect(await new Response(curl.stdout).json()).toMatchObject({ type: "message" });
    await until(
      "it is in the record",
      async () => (await page.getByText("The first request arrived").count()) === 1,
    );
    for (const name of ["Python", "TypeScript", "Any program"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.locator(".snippet pre", { hasText: proxy.urlOf("night") }).waitFor();
    }
    await page
      .locator(".snippet pre", { hasText: `export ANTHROPIC_BASE_URL=${proxy.urlOf("night")}` })
      .waitFor();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.locator(".snippet").getByRole("button", { name: "Copy", exact: true }).click();
    await page.locator(".snippet").getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `export ANTHROPIC_BASE_URL=${proxy.urlOf("night")}\nexport ANTHROPIC_API_KEY=any`,
    );
  });

  test.each(["light", "dark"] as const)("no serious accessibility issue, %s", async (colorScheme) => {
    await using proxy = await startProxy({ profiles: { night: {} } });
    await writeSettings(proxy, own);
    for (const size of bothSizes) {
      const { page } = await browser.open(`${proxy.url}/dashboard/setup`, size, { colorScheme });
      await page.getByRole("button", { name: "Set up…" }).first().click();
      await page.locator(".diff").first().waitFor();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
      await page.context().close();
    }
  });
});
