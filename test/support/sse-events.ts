// Reads the events out of a complete SSE body, strictly enough to notice what a client would trip over.

export interface SseEvent {
  event: string;
  data: Record<string, unknown>;
}

/** The events of a body. Throws if the data of one is not a JSON object. */
export function parseEvents(body: string): SseEvent[] {
  return body
    .split(/\r?\n\r?\n/)
    .map((block) => block.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith(":")))
    .filter((lines) => lines.length > 0)
    .map(parseEvent);
}

/** The names of the events, in order. */
export function eventNames(body: string): string[] {
  return parseEvents(body).map((event) => event.event);
}

function parseEvent(lines: string[]): SseEvent {
  const field = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
  const data: unknown = JSON.parse(field("data").join("\n"));
  if (typeof data !== "object" || data === null) throw new Error("The data of an event is not an object");
  return { event: field("event").at(-1) ?? "message", data: { ...data } };
}
