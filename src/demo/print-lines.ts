// The demo without a terminal: one line for each request and each turn of the story, fit for a log.
import type { Clock } from "./clock";
import { claudeCodeLine, curlLines } from "./curl-lines";
import type { DemoState, Moment } from "./demo-state";
import { describeMoment } from "./describe-moment";
import type { DemoView, TerminalOutput } from "./show-screen";
import { paint } from "./view-line";
import { renderRequest } from "./view-requests";

const width = 110;

export function printLines(output: TerminalOutput, clock: Clock): DemoView {
  let introduced = false;
  let told: Moment | null = null;
  const printed = new Set<string>();

  const print = (text: string) => {
    const time = new Date(clock.now()).toTimeString().slice(0, 8);
    output.write(`${time}  ${text}\n`);
  };
  const introduce = (state: DemoState) => {
    introduced = true;
    print(`Claude Failover demo on ${state.url}: pretend keys, simulated APIs.`);
    if (state.notice !== null) print(state.notice);
    const claude = `Claude Code: ${claudeCodeLine(state.url)}`;
    output.write(`${[...curlLines(state.url, true), ...curlLines(state.url, false), claude].join("\n")}\n`);
  };

  return {
    update(state) {
      if (!introduced) introduce(state);
      for (const request of state.requests) {
        if (request.record === null || printed.has(request.id)) continue;
        printed.add(request.id);
        print(paint(renderRequest(state, request, width, clock.now()), width, false));
      }
      for (const id of printed) {
        if (!state.requests.some((request) => request.id === id)) printed.delete(id);
      }
      if (state.keys.length === 0 || isSameMoment(told, state.moment)) return;
      told = state.moment;
      print(describeMoment(state, clock.now()));
    },
    close() {
      // Nothing was taken from the output, so there is nothing to give back.
    },
  };
}

function isSameMoment(before: Moment | null, after: Moment): boolean {
  return before !== null && Bun.deepEquals(before, after);
}
