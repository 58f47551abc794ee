// Requests as a coding agent sends them: its headers, and bodies of an exact size made of turns with code in them.
import { type AnswerKind, targetFor } from "./answers";

export interface RequestShape {
  port: number;
  answer: AnswerKind;
  bodyBytes: number;
  /** So many conversations take turns. */
  sessions: number;
}

/** The bytes of one request for each session. */
export function composeRequests(shape: RequestShape): Buffer[] {
  const body = composeBody(shape.bodyBytes, shape.answer !== "json");
  return Array.from({ length: shape.sessions }, (_, session) =>
    Buffer.concat([Buffer.from(composeHead(shape, session)), body]),
  );
}

/** The header names and lengths of Claude Code, because a proxy pays for every header. */
function composeHead({ port, answer, bodyBytes }: RequestShape, session: number): string {
  const headers = {
    host: `127.0.0.1:${port}`,
    connection: "keep-alive",
    accept: "application/json",
    "content-type": "application/json",
    "user-agent": "claude-cli/2.1.330 (external, sdk-cli)",
    "x-claude-code-session-id": `dd36e980-15b6-47ce-a0d6-${session.toString(16).padStart(12, "0")}`,
    "x-stainless-arch": "x64",
    "x-stainless-lang": "js",
    "x-stainless-os": "Linux",
    "x-stainless-package-version": "0.128.0",
    "x-stainless-retry-count": "0",
    "x-stainless-runtime": "node",
    "x-stainless-runtime-version": "v26.12.1",
    "x-stainless-timeout": "600",
    "anthropic-beta":
      "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,per-turn-control-2026-07-01,effort-2025-11-24",
    "anthropic-dangerous-direct-browser-access": "true",
    "anthropic-version": "2023-06-01",
    "x-api-key": "any",
    "x-app": "cli",
    "accept-encoding": "gzip, deflate, br, zstd",
    "content-length": String(bodyBytes),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${targetFor(answer)} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** JSON of exactly `bytes` bytes (at least 400), ASCII. */
function composeBody(bytes: number, stream: boolean): Buffer {
  const turns: unknown[] = [];
  let length = bodyText(turns, "", stream).length;
  const perTurn = JSON.stringify(composeTurn(0)).length;
  while (length + perTurn + 16 < bytes) {
    const turn = composeTurn(turns.length);
    turns.push(...turn);
    length += JSON.stringify(turn).length - 1;
  }
  const short = bytes - bodyText(turns, "", stream).length;
  if (short < 0) throw new Error(`A request body cannot be as small as ${bytes} bytes`);
  return Buffer.from(bodyText(turns, "x".repeat(short), stream));
}

function bodyText(turns: unknown[], question: string, stream: boolean): string {
  return JSON.stringify({
    model: "claude-opus-5-5",
    messages: [...turns, { role: "user", content: [{ type: "text", text: question }] }],
    system: [
      {
        type: "text",
        text: "You are a coding agent. Be brief.",
        cache_control: { type: "ephemeral" },
      },
    ],
    metadata: { user_id: "bench" },
    max_tokens: 32_000,
    stream,
  });
}

/** With about one escape in 30 bytes, as code and prose have them: what a scanner of JSON has to stop at. */
const code = [
  '12\t  if (request.method !== "POST") return refuse(status.methodNotAllowed, request);',
  "13\t  const body = await readBody(request, config.maxBodyBytes);",
  "14\t  // A body that is too large has been refused by now, so that the rest can be read in one piece.",
  "15\t  const answer = await handle(body, { target, startedAt: clock.now() });",
  '16\t  log("info", "answered", { status: answer.status, "cf-key": answer.key });',
]
  .join("\n")
  .concat("\n")
  .repeat(7);
const thoughts =
  "The handler reads the body before it looks at the method, which is why an empty one is refused. ".repeat(
    2,
  );

/** A call of a tool and its result, about 2.5 KB with line breaks and quotes to escape. */
function composeTurn(index: number): unknown[] {
  const id = `toolu_${String(index).padStart(24, "0")}`;
  const input = { file_path: `/home/someone/project/src/part-${index}.ts`, offset: index, limit: 80 };
  return [
    {
      role: "assistant",
      content: [
        { type: "text", text: thoughts },
        { type: "tool_use", id, name: "Read", input },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: code }] },
  ];
}
