// What the sheet of a request says: its waterfall, its story, its command for the shell, its trail.
import { describe, expect, test } from "bun:test";
import type { RequestRow } from "../../src/server/contract";
import { readTrail } from "../../web/parts/attempt-trail";
import { composeCurl } from "../../web/requests/compose-curl";
import { nameRequest } from "../../web/requests/name-request";
import { tellStory } from "../../web/requests/tell-story";
import { readWaterfall } from "../../web/requests/waterfall";
import { sampleAttempt, sampleRow } from "../support/dashboard-samples";

const limited = sampleAttempt({
  key: "personal",
  status: 429,
  reason: "rate_limited",
  words: "rate limited",
  ms: 40,
});
const resting = sampleAttempt({ ...limited, skipped: true, startMs: null, ms: 0 });
const served = sampleAttempt({ key: "work", startMs: 45, ms: 80 });

describe("the trail", () => {
  const brief = (...attempts: Parameters<typeof readTrail>[0]) =>
    readTrail(attempts).map(
      ({ keys, result, times }) => `${keys.join("+")} ${result}${times > 1 ? ` ×${times}` : ""}`,
    );

  test("personal 429 → work 200", () => {
    expect(brief(limited, served)).toEqual(["personal 429", "work 200"]);
  });

  test("retries are counted, keys at rest are one step", () => {
    const overloaded = sampleAttempt({ status: 529, reason: "overloaded" });
    expect(brief(overloaded, overloaded, served)).toEqual(["personal 529 ×2", "work 200"]);
    expect(brief(resting, { ...resting, key: "work" }, { ...served, key: "gpt" })).toEqual([
      "personal+work resting",
      "gpt 200",
    ]);
  });

  test("a key that failed and then rests is told once", () => {
    expect(brief(limited, { ...resting, model: "claude-sonnet-4-6" }, served)).toEqual([
      "personal 429",
      "work 200",
    ]);
  });

  test("where no status came, a word", () => {
    expect(brief(sampleAttempt({ status: null, reason: "network" }))).toEqual(["personal no answer"]);
  });
});

describe("the waterfall", () => {
  test("failed, then served until the end", () => {
    const row = sampleRow({ attempts: [limited, served], totalMs: 500, firstByteMs: 130 });
    expect(readWaterfall(row).map(({ key, tone, from, until }) => [key, tone, from, until])).toEqual([
      ["personal", "failed", 0, 40],
      ["work", "ok", 45, 500],
    ]);
  });

  test("a wait for a key is shown as such", () => {
    const row = sampleRow({
      attempts: [resting, { ...served, startMs: 1600 }],
      queuedMs: 1590,
      totalMs: 2000,
    });
    expect(readWaterfall(row).map(({ tone, from, until }) => [tone, from, until])).toEqual([
      ["skipped", 0, 0],
      ["waiting", 0, 1600],
      ["ok", 1600, 2000],
    ]);
  });

  test("what was never answered ends with the wait for it", () => {
    const row = sampleRow({ attempts: [limited], state: "error", status: 429, totalMs: 900 });
    expect(readWaterfall(row).map(({ tone, until }) => [tone, until])).toEqual([
      ["failed", 40],
      ["waiting", 900],
    ]);
  });
});

describe("the story", () => {
  const labelOf = (key: string) => (key === "work" ? "Work" : "Personal");

  test("names who could not, who answered, and what was different", () => {
    const row = sampleRow({
      attempts: [limited, served],
      key: "work",
      modelServed: "claude-sonnet-4-6",
      service: "fell_back",
    });
    expect(tellStory(row, labelOf)).toBe(
      "Personal: rate limited. Work answered with claude-sonnet-4-6 instead of claude-opus-4-6.",
    );
  });

  test("waits, rests and failures", () => {
    const row = sampleRow({ attempts: [resting], state: "error", status: 429, queuedMs: 1500 });
    expect(tellStory(row, labelOf)).toBe(
      "Personal was at rest and not asked. It waited 1.5 s for a key. The client got 429.",
    );
  });
});

describe("what is no message, or was never sent anywhere", () => {
  const labelOf = (key: string) => (key === "work" ? "Work" : key);
  const passed = { modelAsked: "", modelServed: null, key: "work" };
  const file = sampleRow({ ...passed, endpoint: "other", target: "DELETE /v1/files/it's" });
  const models: Partial<RequestRow> = {
    ...passed,
    endpoint: "models",
    target: "GET /v1/models",
    attempts: [],
  };
  const refused: Partial<RequestRow> = {
    key: null,
    modelServed: null,
    attempts: [],
    state: "error",
    status: 400,
  };

  test("is named by its route, or says that no model was read", () => {
    expect(nameRequest(file)).toBe("DELETE /v1/files/it's");
    expect(nameRequest(sampleRow())).toBe("claude-opus-4-6");
    expect(nameRequest(sampleRow({ ...refused, modelAsked: "" }))).toBe("No model was read");
  });

  test.each([
    [file, "Work answered."],
    [sampleRow(models), "Work had answered the same before."],
    [
      sampleRow({ ...models, key: null, attempts: [limited] }),
      "personal: rate limited. The models that the config names were listed.",
    ],
    [
      sampleRow({ ...refused, refusal: "The request body is not valid JSON." }),
      "The client got 400 from this proxy: The request body is not valid JSON.",
    ],
    [
      sampleRow({ ...refused, attempts: [limited], status: 429, refusal: "All keys are cooling down." }),
      "personal: rate limited. The client got 429 from this proxy.",
    ],
  ])("has its story: %#", (row, story) => {
    expect(tellStory(row, labelOf)).toBe(story);
  });

  test("as curl it is its method and path, without a body", () => {
    expect(composeCurl(file, "http://127.0.0.1:4080", null)).toBe(
      "curl -X 'DELETE' 'http://127.0.0.1:4080/v1/files/it'\\''s' \\\n  -H 'anthropic-version: 2023-06-01'",
    );
  });
});

describe("as curl", () => {
  test("the outline without a kept body", () => {
    const text = composeCurl(sampleRow({ stream: false }), "http://127.0.0.1:4080", null);
    expect(text).toStartWith("curl 'http://127.0.0.1:4080/v1/messages'");
    expect(text).toContain("anthropic-version: 2023-06-01");
    expect(text).not.toContain("x-api-key");
  });

  test("secrets are masked whatever the case of the header, quotes survive the shell", async () => {
    const requestBody = JSON.stringify({ text: 'it\'s $HOME `x` \\ "q"' });
    const text = composeCurl(sampleRow(), "http://127.0.0.1:9", {
      id: "x",
      requestHeaders: [
        ["Authorization", "Bearer sk-ant-secret"],
        ["X-Api-Key", "sk-ant-secret"],
        ["content-length", "9"],
        ["anthropic-beta", "a'b"],
      ],
      requestBody,
      responseStatus: 200,
      responseHeaders: [],
      responseBody: "",
      truncated: false,
    });
    expect(text).not.toContain("secret");
    expect(text).not.toContain("content-length");
    const shell = Bun.spawn(["sh", "-c", `curl() { for last; do :; done; printf %s "$last"; }; ${text}`]);
    expect(await new Response(shell.stdout).text()).toBe(requestBody);
  });
});
