// How the page behaves in a real browser whatever the view: connection, restart, login, colours, keyboard, bad states.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  browserPath,
  findAccessibilityIssues,
  measureOverflow,
  type Size,
  sizes,
  TestBrowser,
} from "../support/browser";
import { startCf } from "../support/cf-process";
import { startProxy } from "../support/proxy-setup";

setDefaultTimeout(120_000);
const bothSizes = Object.keys(sizes) as Size[];
const views = ["", "requests", "keys", "fallback", "usage", "setup", "logs"];

describe.skipIf(browserPath === null)("the page", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterEach(() => browser.closePages());
  afterAll(() => browser.close());

  test("the proxy goes: the page says so, keeps what it knows, and goes on when it is back", async () => {
    await using proxy = await startProxy();
    await proxy.message();
    const { page, problems } = await browser.open(`${proxy.url}/dashboard/`);
    await page.locator(".today-count", { hasText: "1 request" }).waitFor();
    proxy.cf.kill("SIGKILL");
    await proxy.cf.exited;
    await page.getByText("The connection to the proxy broke off.").waitFor();
    await page.getByText("The proxy is not running.").waitFor({ timeout: 20_000 });
    expect(await page.title()).toBe("Not running · Claude Failover");
    await page.locator(".today-count", { hasText: "1 request" }).waitFor();
    expect(await findAccessibilityIssues(page)).toEqual([]);
    await page.getByRole("button", { name: "Pause alpha" }).click();
    await page.getByText("The proxy does not answer. Start it with cf start.", { exact: true }).waitFor();
    await page.locator(".lane", { hasText: "alpha" }).getByText("Ready").waitFor();

    const config = await readFile(join(proxy.cf.home, "config.json"), "utf8");
    await using again = await startCf({ config, home: proxy.cf.home }, [proxy.port]);
    await page.getByRole("button", { name: /Try now/ }).click();
    await page.getByText("The proxy is not running.").waitFor({ state: "detached" });
    expect(await page.title()).toBe("Claude Failover");
    await proxy.message();
    await page.locator(".log-line").first().waitFor();
    expect(again.pid).not.toBe(proxy.cf.pid);
    expect(problems).toEqual([]);
  });

  test("a client token is asked for, a wrong one refused with words, and then all is there", async () => {
    const clientToken = "cf-client-token-6Tz9pLq2WmXv";
    await using proxy = await startProxy({ config: { clientToken } });
    for (const size of bothSizes) {
      const { page } = await browser.open(`${proxy.url}/dashboard/requests`, size);
      const field = page.getByLabel("Client token");
      await field.fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByText("This is not the client token.").waitFor();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      await field.fill(` ${clientToken} `);
      await page.getByRole("button", { name: "Open the dashboard" }).click();
      await page.getByRole("heading", { name: "Requests" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Requests" }).waitFor();
      expect(await page.content()).not.toContain(clientToken);
    }
  });

  test("an error in the config file shows with its line while it lasts, and goes when it is mended", async () => {
    await using proxy = await startProxy();
    const path = join(proxy.cf.home, "config.json");
    const good = await readFile(path, "utf8");
    const { page } = await browser.open(`${proxy.url}/dashboard/`);
    await page.getByRole("heading", { name: /Ready/ }).waitFor();
    await appendFile(path, "\n}{");
    await page.getByText("The config file has an error.").waitFor();
    await page.getByText(/config\.json:\d+/).waitFor();
    expect(await page.title()).toStartWith("Config error");
    await writeFile(path, good);
    await page.getByText("The config file has an error.").waitFor({ state: "detached" });
  });

  test("a port that is taken is named, the other profile serves", async () => {
    const blocker = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("mine") });
    try {
      await using proxy = await startProxy();
      const path = join(proxy.cf.home, "config.json");
      const config = JSON.parse(await readFile(path, "utf8"));
      config.profiles.night = { port: blocker.port };
      await writeFile(path, JSON.stringify(config));
      const { page } = await browser.open(`${proxy.url}/dashboard/`);
      await page.getByText(`Profile night is not reachable on port ${blocker.port}.`).waitFor();
      await page.getByText(proxy.url, { exact: true }).waitFor();
    } finally {
      await blocker.stop(true);
    }
  });

  test("colours: the system's, then light, then dark, kept over a reload", async () => {
    await using proxy = await startProxy();
    const { page } = await browser.open(`${proxy.url}/dashboard/`, "wide", { colorScheme: "dark" });
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await background();
    const button = page.getByRole("button", { name: /^Colours/ });
    await button.click();
    expect(await background()).not.toBe(dark);
    await page.reload();
    await button.waitFor();
    expect(await background()).not.toBe(dark);
    await button.click();
    expect(await background()).toBe(dark);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background()).toBe(dark);
  });

  test("the keyboard goes everywhere; ? lists how, and can switch it off", async () => {
    await using proxy = await startProxy();
    const { page } = await browser.open(`${proxy.url}/dashboard/`);
    await page.getByRole("heading", { name: /Ready/ }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.getByRole("heading", { name: "Requests" }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("g l");
    expect(await page.getByRole("searchbox").inputValue()).toBe("g l");
    await page.getByRole("searchbox").blur();
    await page.keyboard.press("?");
    const help = page.getByRole("dialog");
    await help.getByText("Logs").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const isInside = await page.evaluate(
      () => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null,
    );
    expect(isInside).toBe(true);
    await help.getByRole("switch", { name: "Shortcuts" }).click();
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("l");
    expect(new URL(page.url()).pathname).toBe("/dashboard/requests");
    await page.getByRole("link", { name: "Logs" }).click();
    await page.getByRole("heading", { name: "Logs" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Requests" }).waitFor();
  });

  test.each(bothSizes)("%s: every view opens by its address, fits, and breaks no rule", async (size) => {
    await using proxy = await startProxy({ profiles: { night: {} } });
    await proxy.message();
    const { page, problems } = await browser.open(`${proxy.url}/dashboard/`, size);
    for (const view of views) {
      await page.goto(`${proxy.url}/dashboard/${view}`);
      await page.locator("main h1").waitFor();
      expect([view, await measureOverflow(page)]).toEqual([view, 0]);
      expect([view, await findAccessibilityIssues(page)]).toEqual([view, []]);
    }
    expect(problems).toEqual([]);
  });

  test("on a phone every view is two taps away", async () => {
    await using proxy = await startProxy();
    const { page } = await browser.open(`${proxy.url}/dashboard/`, "narrow");
    await page.getByRole("link", { name: "Requests", exact: true }).tap();
    await page.getByRole("heading", { name: "Requests" }).waitFor();
    await page.getByRole("button", { name: "More" }).tap();
    await page.getByRole("link", { name: "Logs" }).tap();
    await page.getByRole("heading", { name: "Logs" }).waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Logs" }).waitFor();
  });

  test("the log is followed live, filtered by level, and leads to the request", async () => {
    await using proxy = await startProxy();
    const answer = await proxy.message();
    const id = answer.header("x-cf-request-id") ?? "";
    const { page, problems } = await browser.open(`${proxy.url}/dashboard/logs`);
    const lines = page.locator(".log-entry");
    await lines.first().waitFor();
    await lines.filter({ hasText: id }).first().waitFor();
    const before = await lines.count();
    await proxy.message();
    await page.waitForFunction((count) => document.querySelectorAll(".log-entry").length > count, before);
    await page.getByRole("button", { name: "Errors" }).click();
    await page.getByText("No line fits the filter").waitFor();
    expect(new URL(page.url()).searchParams.get("level")).toBe("error");
    await page.getByRole("button", { name: "All", exact: true }).click();
    await lines.filter({ hasText: id }).first().getByRole("link").first().click();
    await page.getByRole("dialog").getByText("answered").waitFor();
    expect(problems).toEqual([]);
  });

  test("what a client puts into a model's name is shown as text", async () => {
    await using proxy = await startProxy();
    const model = `<img src=x onerror="document.title='owned'">"'`;
    await proxy.message({ model, headers: { "user-agent": "<script>x</script>" } });
    const { page, problems } = await browser.open(`${proxy.url}/dashboard/requests`);
    await page.locator(".request-row[data-id]", { hasText: "<img src=x" }).waitFor();
    await page.locator(".request-row[data-id]").first().click();
    await page.getByRole("dialog").getByText("<script>x</script>").waitFor();
    expect(await page.title()).toBe("Claude Failover");
    expect(problems).toEqual([]);
  });
});
