// Follows the dashboard's event stream as a page does.
import type { LiveEvent, Snapshot } from "../../src/server/contract";
import { until } from "./gate";
import { type OpenAnswer, open } from "./raw-client";

type EventOf<Type extends LiveEvent["type"]> = Extract<LiveEvent, { type: Type }>;

export class LiveFollower {
  readonly answer: OpenAnswer;
  readonly events: LiveEvent[] = [];
  /** Of the last event, as a browser would send it on its return. */
  lastEventId = "";
  #read = 0;

  constructor(answer: OpenAnswer) {
    this.answer = answer;
  }

  /** Connects to the proxy at `url`. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<LiveFollower> {
    const answer = await open(`${url}/dashboard/api/events`, { headers });
    if (answer.status !== 200) throw new Error(`The event stream answers ${answer.status}`);
    return new LiveFollower(answer);
  }

  /** Waits for an event of a type that fits. */
  async next<Type extends LiveEvent["type"]>(
    type: Type,
    fits: (event: EventOf<Type>) => boolean = () => true,
  ): Promise<EventOf<Type>> {
    const isWanted = (event: LiveEvent): event is EventOf<Type> =>
      event.type === type && fits(event as EventOf<Type>);
    return until(`an event ${type}; so far: ${this.events.map((event) => event.type)}`, () => {
      this.#parse();
      return this.events.find(isWanted);
    });
  }

  /** The snapshot that came first. */
  async snapshot(): Promise<Snapshot> {
    return (await this.next("snapshot")).snapshot;
  }

  /** What has come so far about one request, in order. */
  about(id: string): string[] {
    this.#parse();
    return this.events.flatMap((event) => {
      if (event.type === "finished") return event.row.id === id ? ["finished"] : [];
      if (event.type !== "started" && event.type !== "progress") return [];
      if (event.request.id !== id) return [];
      const { type, request } = event;
      return [
        type === "progress" && event.attempt !== null
          ? `attempt ${event.attempt.reason}`
          : `${type} ${request.phase}`,
      ];
    });
  }

  leave(): void {
    this.answer.abort();
  }

  #parse(): void {
    const text = this.answer.received.toString("utf8");
    for (let end = text.indexOf("\n\n", this.#read); end >= 0; end = text.indexOf("\n\n", this.#read)) {
      this.#take(text.slice(this.#read, end));
      this.#read = end + 2;
    }
  }

  #take(block: string): void {
    const lines = block.split("\n");
    const field = (name: string) =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const data = field("data");
    if (data === undefined) return;
    this.lastEventId = field("id") ?? "";
    this.events.push(JSON.parse(data));
  }
}
