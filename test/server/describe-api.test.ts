// The list of routes tells of every route, and of no other.
import { expect, test } from "bun:test";
import { createAccessRoutes } from "../../src/server/access/access-routes";
import { BrowserSessions } from "../../src/server/access/sessions";
import { createDashboardApi, type DashboardApiOptions } from "../../src/server/api/dashboard-api";
import { apiRoutes } from "../../src/server/api/describe-api";

test("every route is described, once", () => {
  // Routes are only made here, not called: what they would need is left out.
  const unused = { runtime: {}, paths: {} } as unknown as DashboardApiOptions;
  const apps = [createAccessRoutes(new BrowserSessions(Date.now)), createDashboardApi(unused)];
  const real = apps.flatMap((app) => app.routes.map(({ method, path }) => `${method} ${path}`));
  const described = apiRoutes.map(({ method, path }) => `${method} ${path}`);
  expect(described.toSorted()).toEqual([...new Set(real)].toSorted());
  expect(new Set(described).size).toBe(described.length);
});
