// Addresses of views: read, written, and back again.
import { expect, test } from "bun:test";
import { hrefOf, parseLocation, Router, viewNames } from "../../web/router";

test.each([
  ["/dashboard/", "now"],
  ["/dashboard", "now"],
  ["/dashboard/requests", "requests"],
  ["/dashboard/requests/", "requests"],
  ["/dashboard/constructor", "now"],
  ["/elsewhere/requests", "now"],
])("%s is %s", (path, view) => {
  expect(parseLocation(path, "").view).toBe(view as (typeof viewNames)[number]);
});

test.each([...viewNames])("%s: address and back", (view) => {
  const url = new URL(hrefOf(view, { key: 'a "b" & c', empty: null }), "http://localhost");
  const location = parseLocation(url.pathname, url.search);
  expect(location.view).toBe(view);
  expect(Object.fromEntries(location.query)).toEqual({ key: 'a "b" & c' });
});

test("a filter replaces the entry of the history, another view adds one, back goes back", () => {
  const entries: string[] = ["/dashboard/requests"];
  let back = () => {};
  const browser = {
    get location() {
      return new URL(entries.at(-1) ?? "", "http://localhost");
    },
    history: {
      pushState: (_state: null, _unused: "", url: string) => entries.push(url),
      replaceState: (_state: null, _unused: "", url: string) => entries.splice(-1, 1, url),
    },
    addEventListener: (_type: "popstate", listener: () => void) => {
      back = () => {
        entries.pop();
        listener();
      };
    },
  };
  const router = new Router(browser);
  router.setQuery({ key: "work" });
  router.setQuery({ search: "opus" });
  router.setQuery({ key: null });
  expect(entries).toEqual(["/dashboard/requests?search=opus"]);
  router.open(hrefOf("logs"));
  expect(router.view.value).toBe("logs");
  back();
  expect(router.view.value).toBe("requests");
  expect(router.query.value.get("search")).toBe("opus");
});
