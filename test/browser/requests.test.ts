// The Requests view in a real browser: the live table, its filters, ten thousand rows, the details of one request.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { dirname } from "node:path";
import { batchOf, makeFolder, openTestStore } from "../state/ledger/open-store";
import { errorBody } from "../support/anthropic-answers";
import {
  browserPath,
  findAccessibilityIssues,
  measureOverflow,
  type Size,
  sizes,
  TestBrowser,
} from "../support/browser";
import { until } from "../support/gate";
import { opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";
import { requestRow } from "../support/request-rows";

setDefaultTimeout(120_000);
const bothSizes = Object.keys(sizes) as Size[];

describe.skipIf(browserPath === null)("the requests", () => {
  let browser: TestBrowser;
  let proxy: ProxySetup;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
    proxy = await startProxy({
      keys: { alpha: { label: "Alpha" }, beta: { label: "Beta" } },
      config: { modelFallback: { [opus]: sonnet } },
    });
  });
  afterEach(() => browser.closePages());
  afterAll(async () => {
    await browser.close();
    await proxy[Symbol.asyncDispose]();
  });

  const overloaded = json(529, errorBody("overloaded_error", "Overloaded"));
  const view = (query = "") => `${proxy.url}/dashboard/requests${query}`;

  test("come in live, wait while the pointer is on them, and are let in again", async () => {
    await proxy.message();
    const { page, problems } = await browser.open(view());
    const rows = page.locator(".request-row[data-id]");
    await rows.first().waitFor();
    await proxy.message();
    await page.waitForFunction(() => document.querySelectorAll(".request-row[data-id]").length === 2);
    await rows.first().hover();
    await proxy.message();
    await proxy.message();
    await page.getByRole("button", { name: "2 new requests" }).waitFor();
    expect(await rows.count()).toBe(2);
    await page.mouse.move(640, 20);
    await page.waitForFunction(() => document.querySelectorAll(".request-row[data-id]").length === 4);
    await page.keyboard.press("p");
    await proxy.message();
    await page.getByRole("button", { name: "1 new request" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".request-row[data-id]").length === 5);
    expect(problems).toEqual([]);
  });

  test.each(bothSizes)("%s: a rotated request, its trail, its story, its waterfall", async (size) => {
    const { page, problems } = await browser.open(view(), size);
    proxy.upstream.next({ key: "alpha" }, overloaded, overloaded, overloaded);
    await proxy.message({ headers: { "user-agent": "some-client/1.0" } });
    const row = page.locator(".request-row", { hasText: /Alpha 529 ×3 → Beta 200/ }).first();
    await row.click();
    const sheet = page.getByRole("dialog");
    await sheet.getByText(/^Alpha: .*\(3 attempts\)\. .*Beta answered\.$/).waitFor();
    await sheet.locator(".waterfall-line.failed").nth(2).waitFor();
    await sheet.locator(".waterfall-line.ok", { hasText: "Beta" }).waitFor();
    await sheet.getByText("some-client/1.0").waitFor();
    await sheet.getByText(/x-cf-key: beta/).waitFor();
    expect(new URL(page.url()).searchParams.get("request")).toMatch(/^req_cf_/);
    expect(await measureOverflow(page)).toBe(0);
    expect(await findAccessibilityIssues(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    expect(new URL(page.url()).search).toBe("");
    expect(problems).toEqual([]);
  });

  test.each(bothSizes)(
    "%s: what is passed through, and what was refused, say what they are",
    async (size) => {
      await proxy.send("/v1/files/file_01?secret=1");
      await proxy.send("/v1/messages", { method: "POST", body: '{"model' });
      const { page, problems } = await browser.open(view("?service=failed"), size);
      await page.locator(".request-row[data-id]", { hasText: "No model was read" }).first().click();
      const dialog = page.getByRole("dialog");
      await dialog
        .getByText("The client got 400 from this proxy: The request body is not valid JSON")
        .waitFor();
      expect(await dialog.getByRole("region", { name: "Attempts" }).count()).toBe(0);
      await page.goto(view("?endpoint=other"));
      await page.locator(".request-row[data-id]", { hasText: "GET /v1/files/file_01" }).first().click();
      await dialog.getByRole("heading", { name: "GET /v1/files/file_01" }).waitFor();
      expect(await page.locator(".request-row[data-id]", { hasText: "opus" }).count()).toBe(0);
      expect(await measureOverflow(page)).toBe(0);
      expect(problems).toEqual([]);
    },
  );

  test("a link to a request opens it, and copies it as curl without a secret", async () => {
    const answer = await proxy.message();
    const id = answer.header("x-cf-request-id");
    const { page } = await browser.open(view(`?request=${id}`), "wide", {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.getByRole("button", { name: "Copy as curl" }).click();
    await page.getByRole("button", { name: /^Copied/ }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain(`curl '${proxy.url}/v1/messages'`);
    expect(copied).not.toContain("sk-ant");
    const { page: other } = await browser.open(view("?request=req_cf_none"));
    await other.getByText("There is no request with this id").waitFor();
  });

  test("filters stand in the address and hold for what comes in", async () => {
    const { page } = await browser.open(view());
    await page.getByLabel("Key", { exact: true }).selectOption({ label: "Beta" });
    await until(
      "the filter stands in the address",
      () => new URL(page.url()).searchParams.get("key") === "beta",
    );
    const rows = page.locator(".request-row[data-id]");
    await until("every row fits the filter", async () => {
      const count = await rows.count();
      return count > 0 && (await rows.filter({ hasText: "Beta 200" }).count()) === count;
    });
    await page.getByRole("searchbox").fill("some-client");
    await until("the search stands in the address", () => new URL(page.url()).searchParams.has("search"));
    await page.reload();
    expect(await page.getByRole("searchbox").inputValue()).toBe("some-client");
    expect(await page.getByLabel("Key", { exact: true }).inputValue()).toBe("beta");
    await page.getByRole("searchbox").fill("nothing of the kind");
    await page.getByText("No request fits the filter").waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await rows.first().waitFor();
    expect(new URL(page.url()).search).toBe("");
  });

  test("bodies are kept only when asked, with a notice on the first view", async () => {
    const { page } = await browser.open(view());
    const keep = page.getByRole("switch", { name: /Keep bodies/ });
    await keep.click();
    await page.getByText("in memory only").first().waitFor();
    const answer = await proxy.message({ prompt: "What is kept?" });
    await page.goto(view(`?request=${answer.header("x-cf-request-id")}`));
    await page.locator("summary", { hasText: "Request" }).click();
    await page.getByText("What is kept?").first().waitFor();
    expect(await page.locator("dialog").textContent()).not.toContain("sk-ant");
    await page.goto(`${proxy.url}/dashboard/`);
    await page.getByText("Bodies of requests are being kept for debugging.").waitFor();
    await page.goto(view());
    await keep.click();
    await until("off again", async () => (await keep.getAttribute("aria-checked")) === "false");
  });

  function record(path: string, count: number): void {
    using recorded = openTestStore(path);
    const now = Date.now();
    const rows = Array.from({ length: count }, (_, index) => requestRow({ at: now - 60_000 + index }));
    recorded.store.write(batchOf(rows), now, false);
    recorded.store.checkpoint();
  }

  test("ten thousand rows: few in the document, few drawn while scrolling", async () => {
    using folder = makeFolder();
    record(folder.path, 10_000);
    await using proxy = await startProxy({ home: dirname(folder.path) });
    const { page, problems } = await browser.open(`${proxy.url}/dashboard/requests`);
    await page.locator(".request-row[data-id]").first().waitFor();
    const scroller = page.locator(".request-scroller");
    const held = await until(
      "ten thousand rows are loaded",
      async () => {
        await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
        const rows = await page.locator(".shown-count").textContent();
        return rows === "10,000 rows" ? rows : null;
      },
      40_000,
    );
    expect(held).toBe("10,000 rows");
    // Counted, not timed: how long a step takes says more about the machine than about the page.
    const measured = await scroller.evaluate(async (element) => {
      let drawn = 0;
      const observer = new MutationObserver((records) => {
        for (const record of records) drawn += record.addedNodes.length;
      });
      observer.observe(element, { childList: true, subtree: true });
      let mostDrawn = 0;
      let mostElements = 0;
      for (let step = 0; step <= 60; step += 1) {
        drawn = 0;
        element.scrollTo({ top: ((element.scrollHeight - element.clientHeight) * step) / 60 });
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        mostDrawn = Math.max(mostDrawn, drawn);
        mostElements = Math.max(mostElements, document.querySelectorAll("*").length);
      }
      observer.disconnect();
      return { mostDrawn, mostElements };
    });
    expect(measured.mostElements).toBeLessThan(2500);
    expect(measured.mostDrawn).toBeGreaterThan(0);
    expect(measured.mostDrawn).toBeLessThan(100);
    // Rows that come in now do not move what is being read.
    const first = await page.locator(".request-row[data-id]").first().getAttribute("data-id");
    await proxy.message();
    await page.getByRole("button", { name: "1 new request" }).waitFor();
    expect(await page.locator(".request-row[data-id]").first().getAttribute("data-id")).toBe(first);
    expect(problems).toEqual([]);
  });

  test("no serious accessibility issue in the table", async () => {
    proxy.upstream.next({ key: "alpha" }, overloaded);
    await proxy.message();
    for (const size of bothSizes) {
      const { page } = await browser.open(view(), size);
      await page.locator(".request-row[data-id]").first().waitFor();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
    }
  });
});
