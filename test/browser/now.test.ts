// The dashboard's first view in a real browser, on the compiled binary, while the upstream limits keys.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { errorBody, messageEvents } from "../support/anthropic-answers";
import {
  browserPath,
  findAccessibilityIssues,
  measureOverflow,
  type Size,
  sizes,
  TestBrowser,
} from "../support/browser";
import { makeGate, until } from "../support/gate";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { json, sse } from "../support/replies";

setDefaultTimeout(120_000);
const bothSizes = Object.keys(sizes) as Size[];

describe.skipIf(browserPath === null)("the first view", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterEach(() => browser.closePages());
  afterAll(() => browser.close());

  const limit = (seconds: number) =>
    json(429, errorBody("rate_limit_error", "This request would exceed your rate limit."), {
      "retry-after": String(seconds),
    });
  const openNow = (proxy: ProxySetup, size: Size = "wide") => browser.open(`${proxy.url}/dashboard/`, size);

  test.each(bothSizes)("%s: listening, then serving, then a key is out and another serves", async (size) => {
    await using proxy = await startProxy({ keys: { alpha: { label: "Alpha" }, beta: { label: "Beta" } } });
    const { page, problems } = await openNow(proxy, size);
    await page.getByRole("heading", { name: "Ready. Listening for the first request…" }).waitFor();
    await page.getByText(proxy.url, { exact: true }).waitFor();

    const gate = makeGate();
    const [start = "", ...rest] = messageEvents();
    proxy.upstream.next({ key: "alpha" }, sse([start, gate.promise, ...rest]));
    const stream = await proxy.openMessage({ stream: true });
    await page.getByRole("heading", { name: "Serving with Alpha" }).waitFor();
    await page.locator(".headline-detail", { hasText: opus }).waitFor();
    await page.locator(".log-line.active", { hasText: "streaming" }).waitFor();
    gate.open();
    await stream.rest();
    await page.getByRole("heading", { name: "Ready", exact: true }).waitFor();

    proxy.upstream.always({ key: "alpha" }, limit(600));
    await proxy.message();
    const lane = page.locator(".lane", { hasText: "Alpha" });
    await lane.getByText("Cooling down").waitFor();
    await lane.getByText(/^(10:0\d|9:5\d)$/).waitFor();
    // Within ten minutes of midnight it is a time of tomorrow.
    await lane.getByText(/until (\d\d:\d\d:\d\d|\w+ \d\d:\d\d)/).waitFor();
    await lane.getByText("rate limited · time from Anthropic").waitFor();
    await page.locator(".log-line", { hasText: "Alpha 429 → Beta 200" }).waitFor();
    await page.locator(".services", { hasText: "rotated" }).waitFor();
    expect(await page.title()).toBe("1 key out · Claude Failover");
    expect(await measureOverflow(page)).toBe(0);
    expect(problems).toEqual([]);
  });

  test("a countdown counts seconds, and goes on without anything around it being drawn anew", async () => {
    await using proxy = await startProxy();
    proxy.upstream.always({ key: "alpha" }, limit(300));
    await proxy.message();
    const { page } = await openNow(proxy);
    // The timeline's own arrival is no redrawing.
    await page.locator(".axis span").first().waitFor();
    const countdown = page.locator(".lane", { hasText: "alpha" }).locator(".countdown");
    const first = await countdown.textContent();
    expect(first).toMatch(/^[45]:\d\d$/);
    await page.evaluate(() => {
      const lane = document.querySelector(".lane");
      Object.assign(window, { changed: 0 });
      new MutationObserver((records) => {
        for (const record of records) {
          const parent = record.target.parentElement;
          const isClock = record.target.nodeType === Node.TEXT_NODE && parent?.closest("time") !== null;
          if (!isClock)
            Object.assign(window, { changed: (window as unknown as { changed: number }).changed + 1 });
        }
      }).observe(lane as Node, { subtree: true, childList: true, characterData: true });
    });
    await page.waitForFunction(
      (before) => document.querySelector(".lane .countdown")?.textContent !== before,
      first,
    );
    expect(await page.evaluate(() => (window as unknown as { changed: number }).changed)).toBe(0);
  });

  test.each(bothSizes)(
    "%s: try now ends a cooldown, pause takes a key out, undo brings it back",
    async (size) => {
      await using proxy = await startProxy();
      proxy.upstream.next({ key: "alpha" }, limit(600));
      await proxy.message();
      const { page, problems } = await openNow(proxy, size);
      await page.getByRole("button", { name: "Try now, alpha" }).click();
      await page.locator(".lane", { hasText: "alpha" }).getByText("Ready").waitFor();
      // The page shows it before the proxy has answered.
      await until("no cooldown", async () => (await proxy.keyHealth("alpha")).cooldowns.length === 0);

      await page.getByRole("button", { name: "Pause alpha" }).click();
      await page.locator(".lane", { hasText: "alpha" }).getByText("Paused").waitFor();
      await page.getByText("alpha is paused.").waitFor();
      expect((await proxy.keyHealth("alpha")).state).toBe("disabled");
      await page.getByRole("button", { name: "Undo" }).click();
      await page.locator(".lane", { hasText: "alpha" }).getByText("Ready").waitFor();
      await page.getByText("alpha is back in use.").waitFor();
      expect((await proxy.keyHealth("alpha")).state).toBe("ready");
      expect(problems).toEqual([]);
    },
  );

  test("every key out: the next one to come back, in seconds, in sentence, title and icon", async () => {
    await using proxy = await startProxy();
    proxy.upstream.always({ key: "alpha" }, limit(900)).always({ key: "beta" }, limit(400));
    await proxy.message();
    const { page } = await openNow(proxy);
    await page.getByRole("heading", { name: "No key can serve" }).waitFor();
    await page.locator(".headline-detail", { hasText: /beta is back in 6:\d\d/ }).waitFor();
    await page.locator(".services", { hasText: "failed" }).waitFor();
    expect(await page.title()).toBe("No key can serve · Claude Failover");
    const icon = await page.locator('link[rel="icon"]').getAttribute("href");
    expect(decodeURIComponent(icon ?? "")).toContain("#d8453a");
  });

  test("a model that fell back shows what was asked and what served", async () => {
    await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
    proxy.upstream.always({ model: opus }, limit(500));
    await proxy.message();
    const { page } = await openNow(proxy);
    const line = page.locator(".log-line").first();
    await line.getByText("sonnet-4-6").waitFor();
    expect(await line.locator("s").textContent()).toBe("opus-4-6");
    await line.getByRole("img", { name: "fell back to another model" }).waitFor();
  });

  test("no keys: how to add the first one", async () => {
    await using proxy = await startProxy({ keys: {} });
    const { page, problems } = await openNow(proxy);
    await page.getByRole("heading", { name: "No key yet" }).waitFor();
    await page.getByRole("link", { name: "Add a key" }).waitFor();
    await page.getByText("cf add-key").waitFor();
    expect(problems).toEqual([]);
  });

  test("the timeline can be read with the keyboard and as a table", async () => {
    await using proxy = await startProxy();
    await proxy.message();
    const { page } = await openNow(proxy);
    await page.locator(".axis span").first().waitFor();
    const slider = page.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator(".readout strong").waitFor();
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^(\d\d:\d\d:\d\d|\w+ \d\d:\d\d): .*request/);
    await page.keyboard.press("Escape");
    await page.locator(".readout", { hasText: "cooling down" }).waitFor();
    await page.getByRole("button", { name: "As a table" }).click();
    await page.getByRole("columnheader", { name: "State" }).waitFor();
    await page.getByRole("button", { name: "24 h" }).click();
    await page.locator(".axis span").first().waitFor();
  });

  test("focus and selection survive events", async () => {
    await using proxy = await startProxy();
    await proxy.message();
    const { page } = await openNow(proxy);
    const pause = page.getByRole("button", { name: "Pause beta" });
    await pause.focus();
    await page.evaluate(() => {
      const address = document.querySelector(".address code");
      if (address !== null) getSelection()?.selectAllChildren(address);
    });
    for (let count = 0; count < 5; count += 1) await proxy.message();
    await page.locator(".today-count", { hasText: "6 requests" }).waitFor();
    expect(await pause.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(proxy.url);
  });

  test.each(["light", "dark"] as const)("no serious accessibility issue, %s", async (colorScheme) => {
    await using proxy = await startProxy({ keys: ["alpha", "beta", "gamma", "delta"] });
    proxy.upstream
      .always({ key: "alpha" }, limit(600))
      .always({ key: "beta" }, json(401, errorBody("authentication_error", "invalid x-api-key")));
    await proxy.message();
    for (const size of bothSizes) {
      const { page } = await browser.open(`${proxy.url}/dashboard/`, size, { colorScheme });
      await page.locator(".lane", { hasText: "alpha" }).getByText("Cooling down").waitFor();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
      await page.context().close();
    }
  });
});
