// A real Chromium for the tests of the dashboard: finds it, opens pages, and notes everything that a page does wrong.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const places = [
  process.env.CF_TEST_BROWSER ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** null: there is none on this machine. Continuous integration insists on one. */
export const browserPath: string | null = places.find((path) => path !== "" && existsSync(path)) ?? null;
if (browserPath === null && process.env.CF_REQUIRE_BROWSER !== undefined)
  throw new Error("There is no Chromium. Install one (apt-get install chromium) or set CF_TEST_BROWSER.");

export const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } } as const;
export type Size = keyof typeof sizes;

const launchFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A page of the dashboard with the list of what went wrong in it. */
export interface OpenPage {
  page: Page;
  /** Violations of the CSP, errors in scripts and on the console, requests to elsewhere. Must stay empty. */
  problems: string[];
}

/** One browser for the tests of a file. Dispose of it. */
export class TestBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    if (browserPath === null) throw new Error("There is no Chromium on this machine.");
    return new TestBrowser(
      await chromium.launch({ executablePath: browserPath, args: launchFlags, headless: true }),
    );
  }

  /** Opens `url` in a context of its own: no storage, no cookies. */
  async open(url: string, size: Size = "wide", options: BrowserContextOptions = {}): Promise<OpenPage> {
    const touch = size === "narrow" ? { hasTouch: true, isMobile: true } : {};
    const context = await this.#browser.newContext({ viewport: sizes[size], ...touch, ...options });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const problems = await watch(page, new URL(url).origin);
    await page.goto(url);
    return { page, problems };
  }

  /** Closes what a test has opened: a page goes on with every event, and would take its time from the tests after it. */
  async closePages(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

async function watch(page: Page, origin: string): Promise<string[]> {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // The proxy may be gone, or refuse on purpose: that the browser notes on its own.
    const isNetwork = /^Failed to load resource/.test(message.text());
    if (message.type() === "error" && !isNetwork) problems.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
      problems.push(`request: ${request.url()}`);
  });
  await page.exposeFunction("noteViolation", (words: string) => problems.push(`csp: ${words}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const note = (window as unknown as { noteViolation: (words: string) => void }).noteViolation;
      note(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return problems;
}

const require = createRequire(import.meta.url);

/** What axe-core finds of serious or critical impact, one line each. */
export async function findAccessibilityIssues(page: Page): Promise<string[]> {
  const source = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
  // Not as a script of the page: its CSP would refuse it.
  await page.evaluate(source);
  return page.evaluate(async () => {
    interface Finding {
      id: string;
      impact: string | null;
      nodes: { target: unknown[]; failureSummary: string }[];
    }
    const axe = (
      window as unknown as { axe: { run: (options: object) => Promise<{ violations: Finding[] }> } }
    ).axe;
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations
      .filter((finding) => finding.impact === "serious" || finding.impact === "critical")
      .flatMap((finding) =>
        finding.nodes.map((node) => `${finding.id}: ${node.target.join(" ")} (${node.failureSummary})`),
      );
  });
}

/** How much of the page lies beyond its right edge; 0: nothing. */
export function measureOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
