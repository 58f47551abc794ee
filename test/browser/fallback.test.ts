// The view "Fallback" in a real browser, on the compiled binary: chains, profiles, OpenAI's mapping, waiting.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
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
import { findFreePort } from "../support/free-port";
import { until } from "../support/gate";
import { openAiKey, opus, type ProxySetup, sonnet, startProxy } from "../support/proxy-setup";
import { send } from "../support/raw-client";
import { json } from "../support/replies";

setDefaultTimeout(60_000);
const bothSizes = Object.keys(sizes) as Size[];
const haiku = "claude-haiku-4-5";

describe.skipIf(browserPath === null)("fallback", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterEach(() => browser.closePages());
  afterAll(() => browser.close());

  const open = async (proxy: ProxySetup, size: Size = "wide", query = "") => {
    const opened = await browser.open(`${proxy.url}/dashboard/fallback${query}`, size);
    await opened.page.getByRole("heading", { name: "Model chains" }).waitFor();
    return opened;
  };
  const chain = (page: Page, head: string) =>
    page.getByRole("group", { name: `Chain of ${head}`, exact: true });
  const nodes = async (page: Page, head: string) =>
    (await chain(page, head).locator(".node > span:first-of-type, .node.head").allTextContents()).map(
      (text) => text.trim(),
    );
  const written = async (proxy: ProxySetup) => (await readConfigJson(proxy.cf)).modelFallback;
  const untilWritten = (proxy: ProxySetup, chains: unknown) =>
    until(`the chains are ${JSON.stringify(chains)}`, async () =>
      Bun.deepEquals(await written(proxy), chains),
    );

  test.each(bothSizes)("%s: the first chain of all, a second model, and requests follow it", async (size) => {
    await using proxy = await startProxy();
    proxy.upstream.always(
      { model: opus },
      json(429, errorBody("rate_limit_error", "Limited"), { "retry-after": "600" }),
    );
    const { page, problems } = await open(proxy, size);
    await page.getByText("No chains").waitFor();
    await page.getByRole("button", { name: "Add a chain" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("When this model is asked for").fill(opus);
    await dialog.getByLabel("and no key can serve it, ask").fill(opus);
    await dialog.getByText(`${opus} is in this chain already.`).waitFor();
    await dialog.getByLabel("and no key can serve it, ask").fill(sonnet);
    await dialog.getByRole("status").getByText("sonnet-4-6").waitFor();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await untilWritten(proxy, { [opus]: sonnet });
    // The file is there a moment before what it says is in force.
    const served = async () => (await proxy.message()).header("x-cf-model");
    await until("requests follow the chain", async () => (await served()) === sonnet);

    await page.getByRole("button", { name: "Add a model to the chain of opus-4-6" }).click();
    await page.getByRole("dialog").getByLabel("Model").fill(haiku);
    await page.keyboard.press("Enter");
    await untilWritten(proxy, { [opus]: sonnet, [sonnet]: haiku });
    expect(await nodes(page, opus)).toEqual(["opus-4-6", "sonnet-4-6", "haiku-4-5"]);
    expect(await measureOverflow(page)).toBe(0);
    expect(problems).toEqual([]);
  });

  test("inserted, taken out, ordered by keyboard, removed, undone: the other chain stays as it is", async () => {
    const other = { "claude-x": "claude-y", "claude-y": "claude-z" };
    await using proxy = await startProxy({ config: { modelFallback: { [opus]: haiku, ...other } } });
    const { page } = await open(proxy);
    await chain(page, opus).hover();
    await page
      .getByRole("button", { name: "Insert a model before haiku-4-5 in the chain of opus-4-6" })
      .click();
    await page.getByRole("dialog").getByLabel("Model").fill(sonnet);
    await page.keyboard.press("Enter");
    await untilWritten(proxy, { [opus]: sonnet, ...other, [sonnet]: haiku });

    await page.getByRole("button", { name: /^Move haiku-4-5/ }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await untilWritten(proxy, { [opus]: haiku, ...other, [haiku]: sonnet });

    await chain(page, opus).getByRole("button", { name: "Take haiku-4-5 out" }).click();
    await untilWritten(proxy, { [opus]: sonnet, ...other });
    await page.getByRole("button", { name: "Remove the chain of opus-4-6" }).click();
    await untilWritten(proxy, other);
    await page.getByText("The chain of opus-4-6 is removed.").waitFor();
    await page.locator(".toast", { hasText: "is removed" }).getByRole("button", { name: "Undo" }).click();
    await untilWritten(proxy, { [opus]: sonnet, ...other });
    expect(await nodes(page, "claude-x")).toEqual(["x", "y", "z"]);
  });

  test("an edit that reaches into another chain asks first", async () => {
    const joined = { [opus]: sonnet, "claude-e": sonnet, [sonnet]: haiku };
    await using proxy = await startProxy({ config: { modelFallback: joined } });
    const { page } = await open(proxy);
    await chain(page, opus).getByText("shared with e").first().waitFor();
    await chain(page, opus).getByRole("button", { name: "Take haiku-4-5 out" }).click();
    const dialog = page.getByRole("dialog", { name: "This changes other chains too" });
    await dialog.getByText("e → sonnet-4-6 → haiku-4-5").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await written(proxy)).toEqual(joined);
    await chain(page, opus).getByRole("button", { name: "Take haiku-4-5 out" }).click();
    await dialog.getByRole("button", { name: "Change them too" }).click();
    await untilWritten(proxy, { [opus]: sonnet, "claude-e": sonnet });
  });

  test("a circle and a chain of more than five models are drawn as what they are", async () => {
    const long = Object.fromEntries(
      ["a", "b", "c", "d", "e"].map((name, index) => [`m-${name}`, `m-${"bcdef"[index]}`]),
    );
    await using proxy = await startProxy({
      config: { modelFallback: { ...long, [opus]: sonnet, [sonnet]: opus } },
    });
    const { page } = await open(proxy);
    await chain(page, opus).getByText("back to opus-4-6: ends here").waitFor();
    await chain(page, "m-a").getByText("only the first 5 models are asked").waitFor();
    expect(await chain(page, "m-a").locator(".unreached").count()).toBe(1);
  });

  test("a profile gets chains of its own, and goes back to the shared ones", async () => {
    await using proxy = await startProxy({
      profiles: { night: {} },
      config: { modelFallback: { [opus]: sonnet } },
    });
    const { page } = await open(proxy);
    await page.getByLabel("Whose chains").selectOption("night");
    await page.getByText("Profile night uses the shared chains.").waitFor();
    expect(await page.getByRole("button", { name: "Add a chain" }).count()).toBe(0);
    await page.getByRole("button", { name: "Give it its own" }).click();
    await page.getByRole("button", { name: "Add a model to the chain of opus-4-6" }).click();
    await page.getByRole("dialog").getByLabel("Model").fill(haiku);
    await page.keyboard.press("Enter");
    await until("it is the profile's", async () =>
      Bun.deepEquals((await readConfigJson(proxy.cf)).profiles.night?.modelFallback, {
        [opus]: sonnet,
        [sonnet]: haiku,
      }),
    );
    expect(await written(proxy)).toEqual({ [opus]: sonnet });
    await page.getByRole("button", { name: "Use the shared ones" }).click();
    await until(
      "it has none",
      async () => (await readConfigJson(proxy.cf)).profiles.night?.modelFallback === undefined,
    );
  });

  test.each(bothSizes)("%s: a profile is added, ordered, renamed, moved and removed live", async (size) => {
    await using proxy = await startProxy();
    const [port, moved] = [await findFreePort(), await findFreePort()];
    const { page, problems } = await open(proxy, size);
    await page.getByRole("button", { name: "Add a profile" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("default");
    await dialog.getByText("There is a profile of this name.").waitFor();
    await dialog.getByLabel("Name").fill("night");
    await dialog.getByLabel("Port").fill("99999");
    await dialog.getByText("A port is a number from 1 to 65535.").waitFor();
    await dialog.getByLabel("Port").fill(String(port));
    await dialog.getByRole("button", { name: "Add profile" }).click();
    await page.getByText(`http://127.0.0.1:${port}`).waitFor();
    expect((await send(`http://127.0.0.1:${port}/health`)).status).toBe(200);

    const night = page.locator(".profile", { hasText: "night" });
    await night.getByRole("button", { name: "Own order" }).click();
    await night.getByRole("button", { name: "Do not use alpha in profile night" }).click();
    await until("beta alone", async () =>
      Bun.deepEquals((await readConfigJson(proxy.cf)).profiles.night?.keyOrder, ["beta"]),
    );
    await night.getByRole("button", { name: "Use alpha in profile night" }).waitFor();

    await night.getByRole("button", { name: "Edit profile night" }).click();
    await dialog.getByLabel("Name").fill("late");
    await dialog.getByLabel("Port").fill(String(moved));
    await dialog.getByRole("button", { name: "Save" }).click();
    const late = page.locator(".profile", { hasText: "late" });
    await late.getByText(`http://127.0.0.1:${moved}`).waitFor();
    expect((await readConfigJson(proxy.cf)).profiles.late).toEqual({ port: moved, keyOrder: ["beta"] });
    expect((await send(`http://127.0.0.1:${moved}/health`)).status).toBe(200);

    await late.getByRole("button", { name: "Edit profile late" }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await late.waitFor({ state: "detached" });
    await page.getByText("Profile late is removed.").waitFor();
    expect(Object.keys((await readConfigJson(proxy.cf)).profiles)).toEqual(["default"]);
    expect(problems).toEqual([]);
  });

  test("a page whose own port is moved says where the dashboard is now", async () => {
    await using proxy = await startProxy();
    const port = await findFreePort();
    const { page } = await open(proxy);
    await page.getByRole("button", { name: "Edit profile default" }).click();
    await page.getByRole("dialog").getByLabel("Port").fill(String(port));
    await page.getByRole("button", { name: "Save" }).click();
    const moved = page.getByRole("dialog", { name: "The dashboard has moved" });
    const address = await moved.locator("code").textContent();
    expect(address).toBe(`http://127.0.0.1:${port}/dashboard/`);
    await page.goto(address ?? "");
    await page.getByText(`http://127.0.0.1:${port}`, { exact: true }).waitFor();
  });

  test("OpenAI: switched on, the last link of the chain, and a mapping edited in place", async () => {
    await using proxy = await startProxy({
      keys: { alpha: {}, gpt: openAiKey("gpt", { label: "GPT" }) },
      config: { modelFallback: { [opus]: sonnet } },
    });
    const { page } = await open(proxy);
    expect(await chain(page, opus).locator(".openai").count()).toBe(0);
    await page.getByRole("switch", { name: "OpenAI as the last resort" }).click();
    await chain(page, opus).locator(".openai", { hasText: "on GPT" }).waitFor();
    await page.getByLabel("Claude model, family or *").fill(opus);
    await page.getByLabel("OpenAI model that stands in").fill("gpt-mine");
    await page.keyboard.press("Enter");
    await chain(page, opus).locator(".openai", { hasText: "gpt-mine" }).waitFor();
    // One entry alone would have done away with the built-in table.
    await until("the table is written", async () => {
      const { openaiModelMapping } = await readConfigJson(proxy.cf);
      return Bun.deepMatch({ [opus]: "gpt-mine", "*": "gpt-6.1-sol" }, openaiModelMapping ?? {});
    });
    const field = page.getByLabel("OpenAI model for every other model");
    await field.fill("gpt-rest");
    await field.press("Enter");
    await until("it is written", async () =>
      Bun.deepMatch(
        { openaiModelMapping: { "*": "gpt-rest", [opus]: "gpt-mine" } },
        await readConfigJson(proxy.cf),
      ),
    );
    await page.getByRole("button", { name: "Back to the built-in table" }).click();
    await until("it is gone", async () => (await readConfigJson(proxy.cf)).openaiModelMapping === undefined);
  });

  test("settings: seconds and minutes, refused where wrong, back to the default", async () => {
    await using proxy = await startProxy();
    const { page } = await open(proxy);
    const wait = page.getByLabel("Wait for a key", { exact: true });
    await wait.fill("soon");
    await page.getByText("A number of seconds, 0 or more.").waitFor();
    await wait.press("Escape");
    expect(await wait.inputValue()).toBe("0");
    await wait.fill("1.5");
    await page.getByLabel("Longest cooldown", { exact: true }).fill("2");
    await page.getByLabel("Connect", { exact: true }).fill("3");
    await page.getByLabel("Connect", { exact: true }).press("Enter");
    await page.getByRole("switch", { name: "Sticky sessions" }).click();
    await until("all is written", async () =>
      Bun.deepMatch(
        { queueWaitMs: 1500, cooldownMs: 120_000, timeouts: { connectMs: 3000 }, stickySessions: false },
        await readConfigJson(proxy.cf),
      ),
    );
    await page.getByRole("button", { name: "Wait for a key: back to 1 min 30 s" }).click();
    await until("it is gone", async () => (await readConfigJson(proxy.cf)).queueWaitMs === undefined);
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>(".setting input")?.value === "90",
    );
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  test("a hand edit while a field is filled in is not overwritten", async () => {
    await using proxy = await startProxy();
    const { page } = await open(proxy);
    const wait = page.getByLabel("Wait for a key", { exact: true });
    await wait.fill("7");
    await editConfig(proxy.cf, (config) => {
      config.queueWaitMs = 5000;
      config.cooldownMs = 60_000;
    });
    await page.waitForFunction(
      () => document.querySelectorAll<HTMLInputElement>(".setting input")[1]?.value === "1",
    );
    expect(await wait.inputValue()).toBe("7");
    await wait.press("Enter");
    const conflict = page.getByRole("dialog", { name: "The config was changed elsewhere" });
    await conflict.getByText(/Both touch queueWaitMs/).waitFor();
    await conflict.getByRole("button", { name: "Leave it as it is now" }).click();
    expect(await wait.inputValue()).toBe("5");
    expect(await readConfigJson(proxy.cf)).toMatchObject({ queueWaitMs: 5000, cooldownMs: 60_000 });
  });

  test("a refused edit is taken back; a broken file locks everything", async () => {
    await using proxy = await startProxy({ config: { modelFallback: { [opus]: sonnet } } });
    const good = JSON.stringify(await readConfigJson(proxy.cf), null, 2);
    const { page } = await open(proxy);
    await page.route("**/dashboard/api/config", (route) =>
      route.request().method() === "PATCH"
        ? route.fulfill({
            status: 422,
            json: { error: { code: "config_invalid", message: "No such thing.", hint: null } },
          })
        : route.fallback(),
    );
    await page.getByRole("button", { name: "Remove the chain of opus-4-6" }).click();
    await page.getByText("No such thing.").waitFor();
    await chain(page, opus).waitFor();
    await page.unroute("**/dashboard/api/config");
    await writeConfig(proxy.cf, `${good.slice(0, -2)},,}`);
    await page.getByText("The config file has an error, so nothing can be changed here.").waitFor();
    expect(await page.getByRole("switch", { name: "Sticky sessions" }).isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: "Remove the chain of opus-4-6" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Add a profile" }).isDisabled()).toBe(true);
    await writeConfig(proxy.cf, good);
    await page.getByRole("button", { name: "Remove the chain of opus-4-6" }).waitFor();
  });

  test.each(["light", "dark"] as const)("no serious accessibility issue, %s", async (colorScheme) => {
    await using proxy = await startProxy({
      keys: { alpha: { label: `Long ${"x".repeat(150)}` }, beta: {}, gpt: openAiKey("gpt") },
      profiles: { night: { keyOrder: ["gpt"] }, day: {} },
      config: {
        openaiModelFallback: true,
        modelFallback: {
          [opus]: sonnet,
          "claude-e": sonnet,
          [sonnet]: haiku,
          [haiku]: opus,
          [`claude-${"y".repeat(120)}`]: "constructor",
        },
      },
    });
    for (const size of bothSizes) {
      const { page } = await browser.open(`${proxy.url}/dashboard/fallback`, size, { colorScheme });
      await page.getByRole("heading", { name: "Model chains" }).waitFor();
      expect(await findAccessibilityIssues(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
      await page.context().close();
    }
  });
});
