// The terminal view at several sizes: what stands where, and that nothing ever runs over the edge.
import { describe, expect, test } from "bun:test";
import { type DemoState, initialState, type KeyHealthView } from "../../src/demo/demo-state";
import { noteEvent } from "../../src/demo/note-event";
import { noteHealth } from "../../src/demo/note-health";
import { renderView } from "../../src/demo/view";
import {
  accountOut,
  attempt,
  cooling,
  gptHealth,
  health,
  requestEvents,
  sol,
  sonnet,
  start,
} from "./story-events";

const later = start + 2000;

function story(keys: KeyHealthView[] = [cooling("personal", 14), health("work")]): DemoState {
  const [first = "personal", second = "work"] = keys.map((key) => key.id);
  const events = [
    ...requestEvents("a", [attempt(first, 200)]),
    ...requestEvents("b", [attempt(first, 429, { until: start + 14_000 }), attempt(second, 200)]),
    ...requestEvents("c", [attempt(second, 429), attempt(first, 200, { model: sonnet })]),
    ...requestEvents("d", [
      attempt(first, 429),
      attempt(second, 429),
      attempt(first, 200, { model: sonnet }),
    ]),
    ...requestEvents("e", [attempt(first, 429)]),
    ...requestEvents("f", [attempt(second, 200)]).slice(0, 2),
  ];
  const begun = noteHealth(initialState("http://127.0.0.1:4080", null, start), keys, start);
  const told = events.reduce((state, event) => noteEvent(state, event, start + 1000), begun);
  return noteHealth(told, keys, later);
}

function render(state: DemoState, width: number, height: number, color = false): string[] {
  return renderView(state, { width, height, now: later, color });
}

const sizes: [number, number][] = [
  [60, 24],
  [80, 24],
  [120, 40],
  [200, 60],
  [40, 12],
  [20, 10],
  [10, 3],
  [1, 1],
];

describe("every size", () => {
  test.each(sizes)("%i columns by %i rows: no line is wider, no row too many", (width, height) => {
    const wide = [cooling("personal", 14), health("work", { label: "仕事用のとても長いラベル 👩‍💻" })];
    for (const state of [story(), story(wide), initialState("http://127.0.0.1:4080", null, start)]) {
      const lines = render(state, width, height);
      expect(lines.length).toBeLessThanOrEqual(height);
      if (height >= 24) expect(lines.length).toBe(height);
      expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(width);
    }
  });

  test.each(sizes)("%i columns by %i rows: colour adds codes and changes no character", (width, height) => {
    const plain = render(story(), width, height);
    const colored = render(story(), width, height, true);
    expect(plain.join("")).not.toContain("\x1b");
    expect(colored.map((line) => Bun.stripANSI(line).trimEnd())).toEqual(plain);
    if (width >= 40) expect(colored.join("")).toContain("\x1b[");
  });
});

describe("80 by 24", () => {
  const lines = render(story(), 80, 24);

  test("address, keys with state and count, caption, counts, curl and the way out", () => {
    expect(lines[0]).toMatch(/^ Claude Failover {2}demo +http:\/\/127\.0\.0\.1:4080$/);
    expect(lines[3]).toMatch(/^ Personal {2}cooling 12 s {2}limited for opus-4-6 .* 3 served$/);
    expect(lines[4]).toMatch(/^ Work {6}serving {7}opus-4-6 .* 1 served$/);
    expect(lines.join("\n")).toContain("1 served as asked   1 rotated   2 fell back   1 failed");
    expect(lines.join("\n")).toContain("errors your client never saw: 4");
    expect(lines.join("\n")).toContain("curl -N http://127.0.0.1:4080/v1/messages");
    expect(lines.join("\n")).toContain("Ctrl+C ends");
  });

  test("requests newest first, with trail, fallback mark, time and tokens", () => {
    const rows = lines.filter((line) => line.startsWith(" #"));
    expect(rows).toEqual([
      " #6   opus-4-6    Work answers …                             1.0 s",
      " #5   opus-4-6    Personal 429 → error                       1.2 s   412 tokens",
      " #4   opus-4-6    429 429 → Personal 200  → sonnet-4-6       1.2 s   412 tokens",
      " #3   opus-4-6    429 → Personal 200  fell back: sonnet-4-6  1.2 s   412 tokens",
      " #2   opus-4-6    Personal 429 → Work 200                    1.2 s   412 tokens",
    ]);
  });

  test("columns of the keys are aligned when a label is of wide characters", () => {
    const keys = [cooling("personal", 14, sonnet), cooling("work", 14, sonnet)];
    const labelled = keys.map((key, index) => ({ ...key, label: index === 0 ? "個人" : "Work 🏢" }));
    const rows = render(story(labelled), 80, 24).filter((line) => line.includes("cooling 12 s"));
    const columns = rows.map((row) => Bun.stringWidth(row.slice(0, row.indexOf("cooling"))));
    expect(rows.length).toBe(2);
    expect(new Set(columns).size).toBe(1);
    expect(new Set(rows.map((row) => Bun.stringWidth(row))).size).toBe(1);
  });

  test("a label cannot smuggle in control characters", () => {
    const sly = [health("personal", { label: "a\x1b[2Jb\nc" }), health("work")];
    expect(render(story(sly), 80, 24).join("")).not.toMatch(/\p{Cc}/u);
  });
});

describe("wider and narrower", () => {
  test("120 columns have room for the full fallback mark, the full trail and both curl commands", () => {
    const text = render(story(), 120, 40).join("\n");
    expect(text).toContain("Personal 429 → Work 429 → Personal 200  fell back: opus-4-6 → sonnet-4-6");
    expect(text).toContain("rate limited for opus-4-6");
    expect(text.match(/curl /g)?.length).toBe(2);
  });

  test("60 columns give up the bands and the curl command, not the story", () => {
    const lines = render(story(), 60, 24);
    const text = lines.join("\n");
    expect(text).toMatch(/Personal {2}cooling 12 s .* 3 served/);
    expect(text).not.toContain("curl");
    expect(text).toContain("http://127.0.0.1:4080");
    expect(text).toContain("Personal 429 → Work 200");
    expect(text).toContain("Ctrl+C ends");
  });

  test("the other states of a key are said in words", () => {
    const keys = [
      health("personal", { state: "rejected", reason: "invalid x-api-key" }),
      health("work", { state: "no_credit", reason: "no_credit" }),
    ];
    const text = render(story(keys), 80, 24).join("\n");
    expect(text).toMatch(/Personal {2}rejected +invalid x-api-key/);
    expect(text).toMatch(/Work {6}no credit/);
  });

  test("a port that is not the usual one is explained", () => {
    const state = { ...story(), url: "http://127.0.0.1:50123", notice: "Port 4080 is taken." };
    const text = render(state, 120, 40).join("\n");
    expect(text).toContain("Port 4080 is taken.");
    expect(text).toContain("curl -N http://127.0.0.1:50123/v1/messages");
  });
});

describe("the other provider", () => {
  const keys = [accountOut("personal", 14), accountOut("work", 14), gptHealth()];
  const events = [
    ...requestEvents("a", [
      attempt("personal", 429),
      attempt("work", 429),
      attempt("gpt", 200, { model: sol, provider: "openai" }),
    ]),
    ...requestEvents("b", [attempt("gpt", 200, { model: sol, provider: "openai" })]),
    ...requestEvents("c", [attempt("gpt", 200, { model: sol, provider: "openai" })]).slice(0, 3),
  ];
  const begun = noteHealth(initialState("http://127.0.0.1:4080", null, start), keys, start);
  const told = events.reduce((state, event) => noteEvent(state, event, start + 1000), begun);
  const state = noteHealth(told, keys, later);

  test("120 columns: the whole trail, and where it fell back to", () => {
    const text = render(state, 120, 40).join("\n");
    expect(text).toContain("Personal 429 → Work 429 → GPT 200  fell back to GPT: gpt-6.1-sol ");
    expect(text).toMatch(/Personal {2}cooling 12 s +5-hour limit/);
    expect(text).toMatch(/GPT {7}serving +gpt-6\.1-sol/);
    expect(text).toContain(
      "Every Claude key is out: GPT takes over with gpt-6.1-sol. Claude is back in 12 s.",
    );
  });

  test("80 by 24: three keys, five requests, and what the demo is in its first line", () => {
    const lines = render(state, 80, 24);
    expect(lines[0]).toMatch(/^ Claude Failover {2}demo: pretend keys, simulated APIs +http:/);
    expect(lines.filter((line) => line.startsWith(" #"))).toEqual([
      " #3   opus-4-6    GPT 200 …  fell back to GPT: gpt-6.1-sol   1.0 s",
      " #2   opus-4-6    GPT 200  fell back to GPT: gpt-6.1-sol     1.2 s   412 tokens",
      " #1   opus-4-6    429 429 → GPT 200  fell back: gpt-6.1-sol  1.2 s   412 tokens",
    ]);
    expect(lines.findIndex((line) => line.startsWith(" #3"))).toBe(24 - 9 - 5);
  });

  test("while the whole key is out, a model that is out for longer does not matter", () => {
    const until = new Date(start + 60_000).toISOString();
    const [out = gptHealth()] = keys;
    const both = {
      ...out,
      cooldowns: [{ model: "claude-opus-4-6", until, reason: "rate limited" }, ...out.cooldowns],
    };
    const text = render(noteHealth(state, [both, gptHealth()], later), 120, 40).join("\n");
    expect(text).toMatch(/Personal {2}cooling 12 s +5-hour limit/);
  });
});

describe("the band", () => {
  test("shows the last minute, the newest at its right end", () => {
    const keys = [health("personal"), health("work")];
    let state = noteHealth(initialState("http://127.0.0.1:4080", null, start), keys, start);
    for (let second = 0; second < 60; second++) {
      const now = later - (60 - second) * 1000 + 500;
      const until = new Date(later).toISOString();
      const out =
        second >= 30
          ? { ...cooling("work", 0), cooldowns: [{ model: sonnet, until, reason: null }] }
          : keys[1];
      state = noteHealth(state, out === undefined ? keys : [health("personal"), out], now);
    }
    const row = render(state, 120, 40).find((line) => line.includes("Work "));
    expect(row).toMatch(/·{10,}╌{10,} +0 served$/);
  });
});
