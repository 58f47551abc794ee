// The story as the demo tells it: scripted events in, captions and counts out.
import { describe, expect, test } from "bun:test";
import { type DemoState, initialState, type KeyHealthView } from "../../src/demo/demo-state";
import { describeMoment } from "../../src/demo/describe-moment";
import { describeSummary } from "../../src/demo/describe-summary";
import { noteEvent } from "../../src/demo/note-event";
import { noteHealth } from "../../src/demo/note-health";
import type { RequestEvent } from "../../src/state/record";
import {
  accountOut,
  attempt,
  cooling,
  gptHealth,
  health,
  opus,
  record,
  requestEvents,
  sol,
  sonnet,
  start,
  startedEvent,
} from "./story-events";

const bothReady = [health("personal"), health("work")];

function begin(keys: KeyHealthView[] = bothReady): DemoState {
  return noteHealth(initialState("http://127.0.0.1:4080", null, start), keys, start);
}

function tell(state: DemoState, events: RequestEvent[]): DemoState {
  return events.reduce((before, event) => noteEvent(before, event, start), state);
}

function caption(state: DemoState, secondsLater = 0): string {
  return describeMoment(state, start + secondsLater * 1000);
}

const limited = attempt("personal", 429, { until: start + 14_000 });
const rotated = requestEvents("r1", [limited, attempt("work", 200)]);
const fellBack = requestEvents("r2", [
  attempt("work", 429, { until: start + 20_000 }),
  attempt("personal", 200, { model: sonnet }),
]);

const bothOut = [accountOut("personal", 16), accountOut("work", 18), gptHealth()];
const accountLimit = { until: start + 16_000, words: "rate limited (5-hour limit)" };
const leftClaude = (id: string, asked = opus) =>
  requestEvents(
    id,
    [
      attempt("personal", 429, { ...accountLimit, model: asked }),
      attempt("work", 429, { ...accountLimit, model: asked }),
      attempt("gpt", 200, { model: sol, provider: "openai" }),
    ],
    { modelAsked: asked, provider: "openai" },
  );

describe("captions", () => {
  test("the beginning names who serves and who stands by", () => {
    expect(caption(begin())).toBe("Personal comes first in the order of keys, so it serves. Work stands by.");
  });

  test("the beginning names the last resort too, if there is one", () => {
    expect(caption(begin([...bothReady, gptHealth()]))).toBe(
      "Personal comes first in the order of keys, so it serves. Work stands by, GPT is the last resort.",
    );
  });

  test("the other provider takes over until the first Claude key is back, whatever else it serves", () => {
    const state = tell(begin(bothOut), leftClaude("r1"));
    expect(caption(state)).toBe(
      "Every Claude key is out: GPT takes over with gpt-6.1-sol. Claude is back in 16 s.",
    );
    const goesOn = tell(state, leftClaude("r2", "claude-haiku-4-5"));
    expect(goesOn.moment).toBe(state.moment);
    expect(caption(goesOn, 10)).toEndWith("Claude is back in 6 s.");
    const back = tell(goesOn, requestEvents("r3", [attempt("personal", 200)]));
    expect(caption(back)).toBe("The way back: Personal serves opus-4-6 again.");
  });

  test("a wait for Claude says why the last resort is not asked, once for all who wait", () => {
    const until = start + 2000;
    const wait = (id: string, model: string): RequestEvent[] => [
      startedEvent(id, model),
      { type: "queued", id, until, key: "personal", model },
    ];
    const state = tell(begin(bothOut), wait("r1", opus));
    expect(caption(state)).toBe(
      "Personal is back in 2 s. The request waits for it: GPT is only for longer gaps.",
    );
    expect(tell(state, wait("r2", sonnet)).moment).toBe(state.moment);
    const served = requestEvents("r1", [attempt("personal", 200)]).slice(1);
    expect(caption(tell(state, served))).toStartWith("The way back: Personal");
  });

  test("a fallback that goes on with another key is told once", () => {
    const state = tell(begin(), fellBack);
    const goesOn = requestEvents("r9", [attempt("work", 200, { model: sonnet })]);
    expect(tell(state, goesOn).moment).toBe(state.moment);
  });

  test("a rotation says who was limited, who took over, and counts down", () => {
    const state = tell(begin(), rotated);
    expect(caption(state)).toBe(
      "Personal hit its rate limit for opus-4-6: Work took over. Personal is back in 14 s.",
    );
    expect(caption(state, 13.5)).toEndWith("Personal is back in 1 s.");
    expect(caption(state, 15)).toEndWith("Personal is back.");
  });

  test("the caption comes with the first byte, before the request is finished", () => {
    const state = tell(begin(), rotated.slice(0, 3));
    expect(caption(state)).toContain("Work took over");
    expect(state.counts.rotated).toBe(0);
  });

  test("a rotation for another cause says the cause", () => {
    const state = tell(
      begin(),
      requestEvents("r1", [attempt("personal", 401, { words: "rejected (401)" }), attempt("work", 200)]),
    );
    expect(caption(state)).toBe("Personal failed (rejected (401)): Work took over.");
  });

  test("a fallback names both models, and when the first of the keys is back", () => {
    const state = tell(begin([cooling("personal", 9), cooling("work", 20)]), fellBack);
    expect(caption(state)).toBe(
      "No key is left for opus-4-6: Personal answers with sonnet-4-6 instead. opus-4-6 is back in 9 s.",
    );
    const oneIsBack = noteHealth(state, [health("personal"), cooling("work", 20)], start);
    expect(caption(oneIsBack)).toEndWith("opus-4-6 is back.");
  });

  test("the way back is told when the asked model is served again, also after something else was told", () => {
    const haiku = "claude-haiku-4-5";
    const hiccup = requestEvents(
      "r3",
      [attempt("work", 529, { model: haiku }), attempt("work", 200, { model: haiku })],
      { modelAsked: haiku },
    );
    const back = requestEvents("r4", [attempt("personal", 200)]);
    expect(caption(tell(begin(), [...fellBack, ...back]))).toBe(
      "The way back: Personal serves opus-4-6 again.",
    );
    expect(caption(tell(begin(), [...fellBack, ...hiccup, ...back]))).toStartWith("The way back");
  });

  test("the way back to the first key after a rotation", () => {
    const state = tell(begin(), [...rotated, ...requestEvents("r2", [attempt("personal", 200)])]);
    expect(caption(state)).toBe("The way back: Personal serves opus-4-6 again.");
  });

  test("requests without anything new leave the caption alone", () => {
    const state = tell(begin(), [...rotated, ...requestEvents("r2", [attempt("work", 200)])]);
    expect(caption(state)).toContain("Work took over");
  });

  test("a retry on the same key", () => {
    const state = tell(begin(), requestEvents("r1", [attempt("personal", 529), attempt("personal", 200)]));
    expect(caption(state)).toBe(
      "The API was overloaded for a moment (529): Personal tried again and got through.",
    );
    const network = requestEvents("r1", [attempt("personal", null), attempt("personal", 200)]);
    expect(caption(tell(begin(), network))).toBe("Personal got network, tried again, and got through.");
  });

  test("waiting and failing", () => {
    const [started] = requestEvents("r1", []);
    const queued: RequestEvent = { type: "queued", id: "r1", until: start + 3000, key: "work", model: opus };
    const waiting = tell(begin(), started === undefined ? [] : [started, queued]);
    expect(caption(waiting)).toBe(
      "Every key is cooling down for opus-4-6: the request waits. Work is back in 3 s.",
    );
    expect(caption(tell(begin(), requestEvents("r1", [limited])))).toStartWith("A request failed with 429");
  });
});

describe("counts", () => {
  test("each finished request is one of four, and hidden errors are those behind an answer", () => {
    const state = tell(begin(), [
      ...requestEvents("a", [attempt("personal", 200)]),
      ...requestEvents("b", [attempt("personal", 529), attempt("personal", 200)]),
      ...rotated,
      ...fellBack,
      ...requestEvents("c", [limited]),
    ]);
    expect(state.counts).toEqual({ asAsked: 2, rotated: 1, fellBack: 1, failed: 1, hiddenErrors: 3 });
    expect(state.keys.map((key) => [key.health.id, key.served])).toEqual([
      ["personal", 3],
      ["work", 1],
    ]);
  });

  test("an answer of the other provider is a fallback, with the errors that it hid", () => {
    const state = tell(begin(bothOut), leftClaude("a"));
    expect(state.counts).toMatchObject({ fellBack: 1, hiddenErrors: 2, failed: 0 });
    expect(state.keys.map((key) => key.served)).toEqual([0, 0, 1]);
  });

  test("a key that was passed over because it rests is a rotation, but no error", () => {
    const skipped = attempt("personal", 429, { skipped: true, ms: 0 });
    const state = tell(begin(), requestEvents("a", [skipped, attempt("work", 200)]));
    expect(state.counts).toMatchObject({ rotated: 1, hiddenErrors: 0 });
    expect(state.requests[0]?.tried.map((tried) => tried.key)).toEqual(["work"]);
  });

  test("a request that its client gave up counts as nothing", () => {
    const state = tell(begin(), requestEvents("a", [attempt("personal", 200)], { state: "cancelled" }));
    expect(state.counts).toEqual(begin().counts);
  });

  test("counting tokens leaves no row and no count", () => {
    const events = requestEvents("a", [attempt("personal", 200)], { endpoint: "count_tokens" });
    const state = tell(begin(), events);
    expect(state.requests).toEqual([]);
    expect(state.counts).toEqual(begin().counts);
  });

  test("an event of an unknown request changes nothing", () => {
    const before = begin();
    expect(tell(before, [{ type: "finished", record: record("x", []) }])).toBe(before);
  });

  test("the memory of requests is bounded", () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      requestEvents(`r${index}`, [attempt("work", 200)]),
    );
    const state = tell(begin(), many.flat());
    expect(state.total).toBe(500);
    expect(state.requests.length).toBeLessThan(200);
    expect(state.requests.at(-1)?.number).toBe(500);
  });

  test("the summary says it all in lines that fit anywhere", () => {
    const lines = describeSummary(tell(begin(), [...rotated, ...fellBack]), start + 72_000);
    expect(lines.slice(0, 3)).toEqual([
      "2 requests in 1 min 12 s:",
      "0 served as asked, 1 rotated, 1 fell back, 0 failed.",
      "Errors your client never saw: 2. The temporary home folder is removed.",
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("timelines", () => {
  test("keep one minute, and tell apart serving, cooling, both and ready", () => {
    let state = begin();
    for (let second = 1; second <= 90; second++) {
      state = noteHealth(state, bothReady, start + second * 1000);
    }
    const times = state.keys[0]?.samples.map((sample) => sample.at) ?? [];
    expect(times.length).toBeLessThanOrEqual(61);
    expect(Math.min(...times)).toBeGreaterThan(start + 28_000);

    const serving = tell(begin(), requestEvents("r1", [attempt("personal", 200)]).slice(0, 2));
    const activity = (before: DemoState, keys: KeyHealthView[]) =>
      noteHealth(before, keys, start + 1000).keys.map((key) => key.samples.at(-1)?.activity ?? "none");
    expect(activity(serving, bothReady)).toEqual(["serving", "ready"]);
    expect(activity(serving, [cooling("personal", 9), cooling("work", 9)])).toEqual(["both", "cooling"]);
  });
});
