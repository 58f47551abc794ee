// What the view writes to a terminal, and that the terminal always gets its screen back.
import { describe, expect, test } from "bun:test";
import { initialState } from "../../src/demo/demo-state";
import { noteEvent } from "../../src/demo/note-event";
import { noteHealth } from "../../src/demo/note-health";
import { printLines } from "../../src/demo/print-lines";
import { showScreen } from "../../src/demo/show-screen";
import { FakeOutput } from "./fake-terminal";
import { ManualClock } from "./manual-clock";
import { attempt, health, requestEvents, start } from "./story-events";

const begun = noteHealth(
  initialState("http://127.0.0.1:4080", null, start),
  [health("personal"), health("work")],
  start,
);
const told = requestEvents("a", [attempt("personal", 429), attempt("work", 200)]).reduce(
  (state, event) => noteEvent(state, event, start),
  begun,
);

describe("showScreen", () => {
  test("takes the alternate screen and hides the cursor, and undoes both, once", () => {
    const output = new FakeOutput(true);
    const view = showScreen(output, true, new ManualClock(start));
    expect(output.text).toContain("\x1b[?1049h\x1b[?25l");
    view.close();
    view.close();
    expect(output.text.split("\x1b[?25h\x1b[?1049l").length - 1).toBe(1);
    expect(output.listenerCount("resize")).toBe(0);
  });

  test("writes only what changed, and nothing when nothing did", () => {
    const output = new FakeOutput(true);
    const view = showScreen(output, false, new ManualClock(start));
    view.update(begun);
    expect(output.text).toContain("Claude Failover");
    output.text = "";
    view.update(begun);
    expect(output.text).toBe("");
    view.update(told);
    expect(output.text).toContain("Work took over");
    expect(output.text).not.toContain("Claude Failover");
  });

  test("draws anew when the terminal changes its size, and not after it was closed", () => {
    const output = new FakeOutput(true);
    const view = showScreen(output, false, new ManualClock(start));
    view.update(begun);
    output.text = "";
    output.columns = 120;
    output.emit("resize");
    expect(output.text).toContain("\x1b[2J");
    expect(output.text).toContain("Claude Failover");
    view.close();
    output.text = "";
    view.update(told);
    expect(output.text).toBe("");
  });
});

describe("printLines", () => {
  test("one line for each request and each turn of the story, and no escape codes", () => {
    const output = new FakeOutput(false);
    const view = printLines(output, new ManualClock(start));
    for (const state of [begun, begun, told, told]) view.update(state);
    view.close();
    const lines = output.text.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}Claude Failover demo on http:\/\/127\.0\.0\.1:4080/);
    expect(lines.filter((line) => line.startsWith("curl ")).length).toBe(2);
    expect(lines.filter((line) => line.includes("Personal 429 → Work 200")).length).toBe(1);
    expect(lines.filter((line) => line.includes("Work took over")).length).toBe(1);
    expect(lines.filter((line) => line.includes("Work stands by")).length).toBe(1);
    expect(output.text).not.toContain("\x1b");
  });

  test("a fallback that goes on is told once", () => {
    const output = new FakeOutput(false);
    const view = printLines(output, new ManualClock(start));
    const fallback = [attempt("work", 200, { model: "claude-sonnet-4-6" })];
    let state = begun;
    for (const id of ["a", "b", "c"]) {
      for (const event of requestEvents(id, fallback)) {
        state = noteEvent(state, event, start);
        view.update(state);
      }
    }
    expect(output.text.match(/No key is left/g)?.length).toBe(1);
    expect(output.text.match(/fell back: opus-4-6 → sonnet-4-6/g)?.length).toBe(3);
  });
});
