// The view "Usage" in a real browser, on the compiled binary: figures, charts, breakdowns, zoom, export.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { errorBody } from "../support/anthropic-answers";
import {
  browserPath,
  findAccessibilityIssues,
  measureOverflow,
  type Size,
  sizes,
  TestBrowser,
} from "../support/browser";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";

setDefaultTimeout(60_000);
const bothSizes = Object.keys(sizes) as Size[];

describe.skipIf(browserPath === null)("usage", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterEach(() => browser.closePages());
  afterAll(() => browser.close());

  /** Two requests as asked, one rotated, one that no price is known for, one that failed. */
  async function startUsed(): Promise<ProxySetup> {
    const proxy = await startProxy({ keys: { alpha: { label: "Alpha" }, beta: { label: "Beta" } } });
    const limited = json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "600" });
    await proxy.message();
    await proxy.message({ model: sonnet });
    proxy.upstream.next({ key: "alpha" }, limited);
    await proxy.message();
    await proxy.message({ model: "claude-unheard-of-9" });
    proxy.upstream.next({ key: "beta" }, json(400, errorBody("invalid_request_error", "Bad")));
    await proxy.message();
    return proxy;
  }
  const open = (proxy: ProxySetup, size: Size = "wide", query = "") =>
    browser.open(`${proxy.url}/dashboard/usage${query}`, size);

  test("nothing yet: says so, and what to do", async () => {
    await using proxy = await startProxy();
    const { page, problems } = await open(proxy);
    await page.getByText("No requests in this period").waitFor();
    await page.getByText("send a request").waitFor();
    expect(problems).toEqual([]);
  });

  test.each(bothSizes)("%s: figures, unknown prices told as such, a breakdown that narrows", async (size) => {
    await using proxy = await startUsed();
    const { page, problems } = await open(proxy, size);
    const figure = (name: string) =>
      page.locator(".figure-strip > div").filter({ has: page.getByText(name, { exact: true }) });
    await figure("Requests").getByText("5", { exact: true }).waitFor();
    await figure("Cost").getByText("1 request without a known price").waitFor();
    await figure("Moved on").getByText("1 rotated, 0 fell back").waitFor();
    const table = page.getByRole("table");
    const row = (name: string) =>
      table.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
    await row("Alpha").getByRole("cell", { name: "3", exact: true }).waitFor();
    await page.getByRole("button", { name: "Model", exact: true }).click();
    await row(sonnet).waitFor();
    await row("claude-unheard-of-9").getByText("1 unknown").waitFor();

    await row(opus).getByRole("button").click();
    await page.getByRole("button", { name: `Remove the filter model ${opus}` }).waitFor();
    await figure("Requests").getByText("3", { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get("model")).toBe(opus);
    await page.reload();
    await figure("Requests").getByText("3", { exact: true }).waitFor();
    await page.getByRole("button", { name: `Remove the filter model ${opus}` }).click();
    await figure("Requests").getByText("5", { exact: true }).waitFor();
    expect(await measureOverflow(page)).toBe(0);
    expect(problems).toEqual([]);
  });

  test("the chart is read by keyboard and as a table, and follows the measure and the period", async () => {
    await using proxy = await startUsed();
    const { page, problems } = await open(proxy);
    const chart = page.getByRole("slider", { name: "Requests over time" });
    await chart.focus();
    await page.keyboard.press("End");
    expect(await chart.getAttribute("aria-valuetext")).toMatch(/: 3 as asked, 1 rotated, 1 failed$/);
    await page.locator(".chart-readout", { hasText: "3 as asked, 1 rotated, 1 failed" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".chart-readout", { hasText: "left by the client" }).waitFor();
    await page.getByRole("button", { name: "As a table" }).click();
    await page
      .getByRole("region", { name: "Requests as a table" })
      .getByRole("cell", { name: "3", exact: true })
      .waitFor();
    for (const measure of ["Tokens", "Cost"]) {
      await page.getByRole("button", { name: measure, exact: true }).click();
      await page
        .getByRole("slider", { name: `${measure} over time` })
        .locator("path")
        .first()
        .waitFor();
    }
    await page.getByRole("button", { name: "Cache", exact: true }).click();
    await page.getByRole("slider", { name: "Cache share over time" }).getByText("50 %").waitFor();
    await page.getByRole("button", { name: "Latency", exact: true }).click();
    await page.locator(".latency-line", { hasText: "All" }).waitFor();
    await page.getByRole("button", { name: "30 d" }).click();
    await page.getByRole("button", { name: "Day", exact: true }).click();
    await page.getByRole("rowheader", { name: /^\d+ [A-Z][a-z]{2}$/ }).waitFor();
    expect(problems).toEqual([]);
  });

  test("dragging over the chart zooms in, and back", async () => {
    await using proxy = await startUsed();
    const { page } = await open(proxy, "wide", "?range=1h");
    const box = await page.getByRole("slider").boundingBox();
    if (box === null) throw new Error("not drawn");
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 2, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.getByRole("button", { name: "Back to the whole period" }).waitFor();
    const { searchParams } = new URL(page.url());
    const lengthMs = Number(searchParams.get("until")) - Number(searchParams.get("since"));
    expect(lengthMs).toBeGreaterThan(20 * 60_000);
    expect(lengthMs).toBeLessThan(30 * 60_000);
    await page.locator(".figure-strip", { hasText: "Requests5" }).waitFor();
    await page.getByRole("button", { name: "Back to the whole period" }).click();
    await page.waitForFunction(() => !location.search.includes("since"));
  });

  test("the export has what is shown", async () => {
    await using proxy = await startUsed();
    const { page } = await open(proxy, "wide", "?key=alpha");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("claude-failover-usage.csv");
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
    expect(lines[0]).toStartWith("id,at,profile,client");
    expect(lines).toHaveLength(1 + 3);
  });

  test("a record that cannot be read says so", async () => {
    await using proxy = await startProxy();
    const { page } = await browser.open(`${proxy.url}/dashboard/`);
    await page.route("**/dashboard/api/figures**", (route) =>
      route.fulfill({
        status: 503,
        json: { error: { code: "ledger_unavailable", message: "The disk is full.", hint: null } },
      }),
    );
    await page.getByRole("link", { name: "Usage" }).first().click();
    await page.getByText("The disk is full.").waitFor();
  });

  test.each(["light", "dark"] as const)("no serious accessibility issue, %s", async (colorScheme) => {
    await using proxy = await startUsed();
    for (const size of bothSizes) {
      const { page } = await browser.open(`${proxy.url}/dashboard/usage`, size, { colorScheme });
      await page.getByRole("table").waitFor();
      await page.getByRole("button", { name: "As a table" }).click();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      await page.getByRole("button", { name: "Latency" }).click();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
      await page.context().close();
    }
  });
});
