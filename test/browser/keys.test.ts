// The view "Keys" in a real browser, on the compiled binary: everything that a person does to a key.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { errorBody } from "../support/anthropic-answers";
import {
  browserPath,
  findAccessibilityIssues,
  measureOverflow,
  type Size,
  sizes,
  TestBrowser,
} from "../support/browser";
import { editConfig, readConfigJson, writeConfig } from "../support/edit-config";
import { until } from "../support/gate";
import { openAiKey, type ProxySetup, startProxy } from "../support/proxy-setup";
import { json } from "../support/replies";
import { tokenFor } from "../support/test-token";

setDefaultTimeout(60_000);
const bothSizes = Object.keys(sizes) as Size[];

describe.skipIf(browserPath === null)("keys", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterEach(() => browser.closePages());
  afterAll(() => browser.close());

  const open = (proxy: ProxySetup, size: Size = "wide") => browser.open(`${proxy.url}/dashboard/keys`, size);
  const card = (page: Page, label: string): Locator =>
    page.locator(".key-card").filter({ has: page.locator(".key-name strong", { hasText: label }) });
  const orderOf = async (proxy: ProxySetup) => (await readConfigJson(proxy.cf)).profiles.default?.keyOrder;
  const shown = (page: Page) =>
    page.locator(".key-cards").first().locator(".key-name strong").allTextContents();

  test.each(bothSizes)("%s: a pasted key is recognised, added, tested, and never shown", async (size) => {
    const token = tokenFor("gamma");
    await using proxy = await startProxy({ keys: {}, secrets: [token] });
    const { page, problems } = await open(proxy, size);
    await page.getByText("No key yet").waitFor();
    await page.getByRole("button", { name: "Add a key" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a key" });
    await dialog.getByLabel("Token").fill("sk-ant-nonsense");
    await dialog.getByText(/needs its base URL below/).waitFor();
    await dialog.getByLabel("Token").fill(`  ${token}\n`);
    await dialog.getByText("Anthropic API key").waitFor();
    await dialog.getByText(`…${token.slice(-4)}`).waitFor();
    await dialog.getByLabel("Label").fill("Gamma ✓");
    await page.keyboard.press("Enter");
    const added = page.getByRole("dialog", { name: "The key is added" });
    await added.getByText("Gamma ✓").waitFor();
    await added.getByRole("button", { name: "Test Gamma" }).click();
    await added.getByText(/Works: accepted/).waitFor();
    await added.getByRole("button", { name: "Done" }).click();
    await card(page, "Gamma")
      .getByText(`…${token.slice(-4)}`)
      .waitFor();
    expect((await readConfigJson(proxy.cf)).keys).toMatchObject({ gamma: { token, label: "Gamma ✓" } });
    expect((await proxy.message()).header("x-cf-key")).toBe("gamma");
    expect(await page.content()).not.toContain(token.slice(0, -4));
    expect(await measureOverflow(page)).toBe(0);
    expect(problems).toEqual([]);
  });

  test("a token that is there already is refused beside its field, and a rejected key says why", async () => {
    await using proxy = await startProxy();
    proxy.upstream.always(
      { key: "alpha" },
      json(401, errorBody("authentication_error", "invalid x-api-key")),
    );
    const { page } = await open(proxy);
    await card(page, "alpha").getByRole("button", { name: "Test alpha" }).click();
    await card(page, "alpha")
      .getByText(/Does not work: .*invalid x-api-key/)
      .waitFor();
    await page.keyboard.press("a");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Token").fill(tokenFor("alpha"));
    await dialog.getByRole("button", { name: "Add key" }).click();
    await dialog
      .getByRole("alert")
      .getByText(/already there, as the key "alpha"/)
      .waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  test("removed with undo, back at its place with its token", async () => {
    await using proxy = await startProxy({ profile: { keyOrder: ["beta", "alpha"] } });
    const before = await readConfigJson(proxy.cf);
    const { page, problems } = await open(proxy);
    await card(page, "beta").getByRole("button", { name: "Remove beta" }).click();
    await page.getByText("beta is removed.").waitFor();
    await until("it is gone", async () => (await readConfigJson(proxy.cf)).keys.beta === undefined);
    expect(await shown(page)).toEqual(["alpha"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await card(page, "beta").waitFor();
    expect(await readConfigJson(proxy.cf)).toEqual(before);
    expect(await shown(page)).toEqual(["beta", "alpha"]);
    expect(problems).toEqual([]);
  });

  test("the order is changed with arrow keys: several presses are one change, the focus stays", async () => {
    await using proxy = await startProxy({ keys: ["alpha", "beta", "gamma"] });
    const { page } = await open(proxy);
    const handle = page.getByRole("button", { name: /^Move alpha/ });
    await handle.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await shown(page)).toEqual(["beta", "gamma", "alpha"]);
    await page.getByText("alpha, position 3 of 3", { exact: true }).waitFor({ state: "attached" });
    expect(await handle.evaluate((element) => element === document.activeElement)).toBe(true);
    await until("it is written", async () => (await orderOf(proxy)) !== undefined);
    expect(await orderOf(proxy)).toEqual(["beta", "gamma", "alpha"]);
    // It is in the file a moment before it is in force.
    await until("beta serves", async () => (await proxy.message()).header("x-cf-key") === "beta");
    await page.keyboard.press("Home");
    await page.keyboard.press("Escape");
    expect(await shown(page)).toEqual(["beta", "gamma", "alpha"]);
    await page.getByRole("button", { name: "Undo" }).click();
    await until("the old order is back", async () => (await orderOf(proxy)) === undefined);
  });

  test.each(bothSizes)("%s: dragged by its handle while requests finish", async (size) => {
    await using proxy = await startProxy({ keys: ["alpha", "beta", "gamma"] });
    const { page } = await open(proxy, size);
    const from = await page.getByRole("button", { name: /^Move gamma/ }).boundingBox();
    const to = await card(page, "alpha").boundingBox();
    if (from === null || to === null) throw new Error("not drawn");
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + 20, to.y + to.height / 2 + 40, { steps: 5 });
    await proxy.message();
    await card(page, "alpha").getByText("1 request", { exact: true }).waitFor();
    await page.mouse.move(to.x + 20, to.y + 4, { steps: 5 });
    expect(await shown(page)).toEqual(["gamma", "alpha", "beta"]);
    await page.mouse.up();
    await until("it is written", async () => (await orderOf(proxy)) !== undefined);
    expect(await orderOf(proxy)).toEqual(["gamma", "alpha", "beta"]);
  });

  test("label, group and base URL are edited", async () => {
    await using proxy = await startProxy();
    const { page } = await open(proxy);
    await card(page, "alpha").getByRole("button", { name: "Edit alpha" }).click();
    const dialog = page.getByRole("dialog", { name: "Edit alpha" });
    await dialog.getByLabel("Label").fill("First");
    await dialog.getByLabel("Group").fill("acme");
    await dialog.getByLabel("Base URL").fill("not a url");
    await dialog.getByRole("button", { name: "Save" }).click();
    // The browser's own word: the field is of type url.
    expect(
      await dialog.getByLabel("Base URL").evaluate((field) => (field as HTMLInputElement).validity.valid),
    ).toBe(false);
    await dialog.getByLabel("Base URL").fill(`${proxy.upstream.url}/gateway`);
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("First is changed.").waitFor();
    await card(page, "First").getByText("acme").waitFor();
    expect((await readConfigJson(proxy.cf)).keys.alpha).toEqual({
      token: tokenFor("alpha"),
      label: "First",
      group: "acme",
      baseUrl: `${proxy.upstream.url}/gateway`,
    });
  });

  test("a hand edit while a key is edited is not overwritten: what happened is told, and both can stand", async () => {
    await using proxy = await startProxy();
    const { page, problems } = await open(proxy);
    await card(page, "alpha").getByRole("button", { name: "Edit alpha" }).click();
    await page.getByRole("dialog").getByLabel("Label").fill("Mine");
    await editConfig(proxy.cf, (config) => {
      config.cooldownMs = 1234;
      config.keys.alpha = { ...config.keys.alpha, label: "Theirs" };
    });
    await card(page, "Theirs").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    const conflict = page.getByRole("dialog", { name: "The config was changed elsewhere" });
    await conflict.getByText("cooldownMs").waitFor();
    await conflict.getByText(/Both touch keys.alpha.label/).waitFor();
    expect((await readConfigJson(proxy.cf)).keys.alpha?.label).toBe("Theirs");
    await conflict.getByRole("button", { name: "Make my change on top" }).click();
    await card(page, "Mine").waitFor();
    expect(await readConfigJson(proxy.cf)).toMatchObject({
      cooldownMs: 1234,
      keys: { alpha: { label: "Mine" } },
    });
    expect(problems).toEqual([]);
  });

  test("two tabs: each sees the other's change at once", async () => {
    await using proxy = await startProxy({ keys: ["alpha", "beta", "gamma"] });
    const [one, other] = [await open(proxy), await open(proxy)];
    await card(other.page, "gamma").waitFor();
    await card(one.page, "alpha").getByRole("button", { name: "Remove alpha" }).click();
    await card(other.page, "alpha").waitFor({ state: "detached" });
    await card(other.page, "beta").getByRole("button", { name: "Remove beta" }).click();
    await card(one.page, "beta").waitFor({ state: "detached" });
    await until("both are gone", async () => Object.keys((await readConfigJson(proxy.cf)).keys).length === 1);
  });

  test("a broken config file: told with its line, nothing can be changed until it is mended", async () => {
    await using proxy = await startProxy();
    const good = JSON.stringify(await readConfigJson(proxy.cf), null, 2);
    const { page } = await open(proxy);
    await writeConfig(proxy.cf, good.replace('"queueWaitMs"', '"queueWait"'));
    await page.getByText("The config file has an error, so nothing can be changed here.").waitFor();
    await page.getByText(/config\.json:\d+.*queueWait/).waitFor();
    expect(await page.getByRole("button", { name: "Add a key" }).isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: "Remove alpha" }).isDisabled()).toBe(true);
    await writeConfig(proxy.cf, good);
    await page.getByText("The config file has an error").waitFor({ state: "detached" });
    expect(await page.getByRole("button", { name: "Remove alpha" }).isEnabled()).toBe(true);
  });

  test("what is left of a key's limits, and what rests until when", async () => {
    await using proxy = await startProxy();
    const resetAt = new Date(Date.now() + 600_000).toISOString();
    proxy.upstream.next(
      { key: "alpha" },
      json(429, errorBody("rate_limit_error", "Limited"), {
        "retry-after": "600",
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "2",
        "anthropic-ratelimit-requests-reset": resetAt,
      }),
    );
    await proxy.message();
    const { page } = await open(proxy);
    const alpha = card(page, "alpha");
    await alpha.getByText("2 of 50 left").waitFor();
    await alpha.getByText(/^full in/).waitFor();
    await alpha.getByText("Cooling down").waitFor();
    await alpha.getByText("time from Anthropic").waitFor();
    await alpha.getByRole("button", { name: /Try now/ }).click();
    await alpha.getByText("Ready").waitFor();
  });

  test.each(["light", "dark"] as const)("no serious accessibility issue, %s", async (colorScheme) => {
    await using proxy = await startProxy({
      keys: {
        alpha: { label: "A key with quite a long label that has to be cut" },
        beta: { type: "oauth", group: "acme" },
        gpt: openAiKey("gpt", { baseUrl: "https://models.example.com/with/a/long/path/v1" }),
        outside: { token: "env:NOT_SET_ANYWHERE" },
      },
      profile: { keyOrder: ["alpha", "beta", "gpt"] },
    });
    proxy.upstream.always(
      { key: "alpha" },
      json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "600" }),
    );
    await proxy.message();
    for (const size of bothSizes) {
      const { page } = await browser.open(`${proxy.url}/dashboard/keys`, size, { colorScheme });
      await page.getByText("Not used by profile default").waitFor();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
      await page.getByRole("button", { name: "Add a key" }).click();
      await page.getByText("Gateway, group and other settings").click();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      await page.context().close();
    }
  });
});
