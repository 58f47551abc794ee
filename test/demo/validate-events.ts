// Reads a stream of Anthropic events strictly: any departure from the documented order is an error.
import type { StreamEvent } from "../../src/demo/stream-answer";

interface Phase {
  name: "before" | "between" | "block" | "ending" | "done";
  next: number;
}

/** Parses the text of an SSE body; each event must be an `event:` line, a `data:` line of the same type, and a blank. */
export function parseEvents(text: string): StreamEvent[] {
  const blocks = text.split("\n\n");
  if (blocks.pop() !== "") throw new Error("the stream does not end with a blank line");
  return blocks.map((block) => {
    const match = /^event: (\w+)\ndata: (\{.*\})$/.exec(block);
    if (match === null) throw new Error(`not an event: ${block}`);
    const event = JSON.parse(match[2] ?? "") as StreamEvent;
    if (event.type !== match[1]) throw new Error(`event ${match[1]} carries ${event.type}`);
    return event;
  });
}

/** Throws at the first event that may not stand where it stands, or if the stream is not finished. */
export function validateEvents(events: readonly StreamEvent[]): void {
  const end = events.filter((event) => event.type !== "ping").reduce(step, { name: "before", next: 0 });
  if (end.name !== "done") throw new Error(`the stream ends ${end.name}`);
}

function step(phase: Phase, event: StreamEvent): Phase {
  const { name, next } = phase;
  const wanted = event.index === next;
  switch (event.type) {
    case "message_start":
      if (name === "before") return { name: "between", next };
      break;
    case "content_block_start":
      if (name === "between" && wanted) return { name: "block", next };
      break;
    case "content_block_delta":
      if (name === "block" && wanted) return phase;
      break;
    case "content_block_stop":
      if (name === "block" && wanted) return { name: "between", next: next + 1 };
      break;
    case "message_delta":
      if (name === "between" && event.usage !== undefined) return { name: "ending", next };
      break;
    case "message_stop":
      if (name === "ending") return { name: "done", next };
      break;
  }
  throw new Error(`${event.type} (index ${event.index}) may not come ${name}, block ${next}`);
}
