// The pretend conversations of the demo: what they ask, and what the simulated model answers.

export interface Turn {
  ask: string;
  answer: string;
}

export interface Script {
  name: string;
  model: string;
  turns: readonly Turn[];
}

/** Each conversation runs through its turns, then begins anew under a new session id. */
export const scripts: readonly Script[] = [
  {
    name: "checkout",
    model: "claude-opus-4-6",
    turns: [
      {
        ask: "The checkout total is off by one cent for some carts. Where would you look first?",
        answer:
          "Start where the discount is applied. It rounds every line and adds the rounded values, while the invoice adds first and rounds once. Three lines at a third of a cent are enough to see it.",
      },
      {
        ask: "Right, it is the discount. How do we fix it without changing old invoices?",
        answer:
          "Keep amounts in integer cents and distribute the remainder: round the total once, then give the leftover cents to the largest lines. Guard it with the invoice date, so closed invoices keep the old path.",
      },
      {
        ask: "Write the property that the test should check.",
        answer:
          "For every cart: the sum of the line amounts equals the rounded total, no line differs from its exact share by a cent or more, and the order of the lines changes nothing.",
      },
      {
        ask: "Anything that could still go wrong?",
        answer:
          "Refunds. A partial refund has to use the amounts as they were distributed, not compute the share again. Store the distributed cents on the line and the question never comes up.",
      },
      {
        ask: "Summarize the change for the release notes.",
        answer:
          "Fixed: totals of discounted carts could differ by a cent from the sum of their lines. New invoices are exact; invoices that were already closed are unchanged.",
      },
    ],
  },
  {
    name: "flaky-test",
    model: "claude-opus-4-6",
    turns: [
      {
        ask: "This websocket test fails once in fifty runs. Help me find out why.",
        answer:
          "It waits 50 ms for a message that usually arrives after 3. On a busy machine it does not. Wait for the event itself, and let the test runner's own limit catch the case where it never comes.",
      },
      {
        ask: "I did that. Now it hangs instead of failing, also once in fifty.",
        answer:
          "Then the message really gets lost. The handler is attached after the socket opens, and the server greets at once. Attach the handler before you connect: the race is in the code, not in the test.",
      },
      {
        ask: "Found it. How do I prove that it is gone?",
        answer:
          "Make the race certain: have the server send its greeting in the same tick as the upgrade. The old code fails every time, the new code never does. Keep that as the regression test.",
      },
      {
        ask: "Should I look for the same pattern elsewhere?",
        answer:
          "Yes: search for listeners that are added after an await on a connection. Each of them has the same gap. A small helper that takes the handlers as arguments closes it for good.",
      },
    ],
  },
  {
    name: "release-notes",
    model: "claude-haiku-4-5",
    turns: [
      {
        ask: "Give this session a short title: moving the report page to streaming.",
        answer: "Stream the report page instead of rendering it at once.",
      },
      {
        ask: "One line for the changelog, please.",
        answer: "Reports appear row by row: the first rows show after 200 ms, whatever the size.",
      },
      {
        ask: "And a commit subject of at most fifty characters.",
        answer: "Stream report rows as they are computed",
      },
    ],
  },
];

/** The scripted answer to a question of the demo's own traffic. */
export function findAnswer(ask: string): string | undefined {
  return scripts.flatMap((script) => script.turns).find((turn) => turn.ask === ask)?.answer;
}
