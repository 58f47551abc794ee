// What the dashboard's API says of input that it cannot take.
import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import * as z from "zod/mini";
import type { DashboardEnv } from "../../src/server/api/dashboard-env";
import { validBody, validQuery } from "../../src/server/api/validate";

const fields = { name: z.string().check(z.minLength(1)), kind: z.optional(z.enum(["one", "two"])) };
const app = new Hono<DashboardEnv>()
  .post("/", validBody(z.strictObject({ ...fields, on: z.boolean() })), (context) => context.text("taken"))
  .get("/", validQuery(z.strictObject(fields)), (context) => context.text("taken"));

async function problemOf(response: Response | Promise<Response>): Promise<string> {
  const { error } = (await (await response).json()) as { error: { message: string } };
  return error.message;
}

describe("words of the schema's own checks", () => {
  test.each([
    [{ name: 5, on: true }, "body.name: Invalid input: expected string, received number"],
    [{ on: true }, "body.name: Invalid input: expected string, received undefined"],
    [{ name: "a", on: "yes" }, "body.on: Invalid input: expected boolean, received string"],
    [[], "body: Invalid input: expected object, received array"],
  ])("of the body %j", async (body, words) => {
    const response = await app.request("/", { method: "POST", body: JSON.stringify(body) });
    expect(response.status).toBe(400);
    expect(await problemOf(response)).toBe(words);
  });

  test.each([
    ["?name=", "query.name: Too small: expected string to have >=1 characters"],
    ["?name=a&kind=three", 'query.kind: Invalid option: expected one of "one"|"two"'],
    ["?name=a&kinds=one", "query.kinds: is not known here"],
  ])("of the query %s", async (query, words) => {
    expect(await problemOf(app.request(`/${query}`))).toBe(words);
  });
});
