// A steady trickle of requests from pretend conversations, sent through the proxy as a real client would.
import type { Clock } from "./clock";
import { type Script, scripts } from "./conversations";

export interface Traffic {
  /** Aborts what runs and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

export interface TrafficOptions {
  /** The proxy's address. */
  url: string;
  /** Milliseconds between two requests. */
  everyMs: number;
  clock: Clock;
  scripts?: readonly Script[];
}

interface Conversation {
  script: Script;
  session: string;
  messages: { role: "user" | "assistant"; content: string }[];
  busy: boolean;
}

// Long enough to be cached, as the instructions of a coding assistant are.
const system = [
  {
    type: "text",
    text: "You are a careful pair programmer. Answer in two or three sentences and say why. ".repeat(60),
    cache_control: { type: "ephemeral" },
  },
];

/** Starts at once; a failed request is simply followed by the next, as the view shows it anyway. */
export function startTraffic(options: TrafficOptions): Traffic {
  const conversations = (options.scripts ?? scripts).map(begin);
  const abort = new AbortController();
  const running = new Set<Promise<void>>();

  const pacing = (async () => {
    for (let turn = 0; !abort.signal.aborted; turn++) {
      const conversation = nextIdle(conversations, turn);
      if (conversation !== undefined) {
        const request = takeTurn(conversation, options.url, abort.signal);
        running.add(request);
        void request.finally(() => running.delete(request));
      }
      await options.clock.sleep(options.everyMs, abort.signal);
    }
  })();

  return {
    async stop() {
      abort.abort();
      await pacing;
      await Promise.all(running);
    },
  };
}

function begin(script: Script): Conversation {
  return { script, session: crypto.randomUUID(), messages: [], busy: false };
}

function nextIdle(conversations: readonly Conversation[], turn: number): Conversation | undefined {
  const rotated = conversations.map((_, index) => conversations[(turn + index) % conversations.length]);
  return rotated.find((conversation) => conversation?.busy === false);
}

/** One question and its answer; the conversation grows only when the answer came whole. Never rejects. */
async function takeTurn(conversation: Conversation, url: string, signal: AbortSignal): Promise<void> {
  const turn = conversation.script.turns[conversation.messages.length / 2];
  if (turn === undefined) {
    Object.assign(conversation, begin(conversation.script));
    return takeTurn(conversation, url, signal);
  }
  conversation.busy = true;
  const question = { role: "user" as const, content: turn.ask };
  try {
    const answer = await ask(conversation, question, url, signal);
    if (answer !== null) conversation.messages.push(question, { role: "assistant", content: answer });
  } catch {
    // The proxy is stopping or the request was aborted: the record of the request, if there is one, says so.
  } finally {
    conversation.busy = false;
  }
}

async function ask(
  conversation: Conversation,
  question: { role: "user"; content: string },
  url: string,
  signal: AbortSignal,
): Promise<string | null> {
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    signal,
    headers: {
      "content-type": "application/json",
      "anthropic-version": "2023-06-01",
      "user-agent": `cf-demo (${conversation.script.name})`,
      "x-claude-code-session-id": conversation.session,
    },
    body: JSON.stringify({
      model: conversation.script.model,
      max_tokens: 1024,
      stream: true,
      system,
      messages: [...conversation.messages, question],
    }),
  });
  const body = await response.text();
  return response.ok && body.includes("event: message_stop") ? streamedText(body) : null;
}

/** The text of a finished stream of events. */
function streamedText(body: string): string {
  const events = body
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice(6)));
  return events.map((event) => event.delta?.text ?? "").join("");
}
