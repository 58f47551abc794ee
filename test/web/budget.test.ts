// The page is small: what a browser has to load, as it is embedded and sent.
import { expect, test } from "bun:test";
import { loadPage } from "../../src/server/page/load-page";

const mostScriptBytes = 60_000;
const mostStyleBytes = 20_000;

test("at most 60 kB of gzipped JavaScript, and little else", async () => {
  const { index, assets } = await loadPage();
  const size = (kind: RegExp) =>
    [...assets.values()]
      .filter((asset) => kind.test(asset.contentType))
      .reduce((sum, asset) => sum + Bun.gzipSync(asset.bytes, { level: 9 }).length, 0);
  expect(size(/javascript/)).toBeGreaterThan(5000);
  expect(size(/javascript/)).toBeLessThanOrEqual(mostScriptBytes);
  expect(size(/css/)).toBeLessThanOrEqual(mostStyleBytes);
  expect(new TextDecoder().decode(index.bytes)).not.toMatch(/<script[^>]*>[^<]|style=|https?:/);
});
