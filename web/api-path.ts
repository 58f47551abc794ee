// The addresses that the dashboard's API has, taken from the types of its own Hono app: a call to another one is an error.
import type { ExtractSchema } from "hono/types";
import type { DashboardApi } from "../src/server/api/dashboard-api";

type Route = keyof ExtractSchema<DashboardApi> & string;

/** `/keys/:id/pause` as the texts that it stands for. */
type Filled<Path extends string> = Path extends `${infer Start}/:${string}/${infer Rest}`
  ? `${Start}/${string}/${Filled<Rest>}`
  : Path extends `${infer Start}/:${string}`
    ? `${Start}/${string}`
    : Path;

/** Below `/dashboard/api`. Signing in lies before the API. */
export type ApiPath = Filled<Route> | "/login" | "/logout";
