// Writes a simulated answer as Chat Completions would: whole, or as chunks in legal order.
import type { AnswerBlock } from "../compose-answer";
import { isObject } from "../json-value";
import { splitText } from "../split-text";
import type { Frame } from "../stream-frames";
import type { OpenAiMessage } from "./openai-question";

type Fields = Record<string, unknown>;

const finishReasons = { end_turn: "stop", tool_use: "tool_calls", max_tokens: "length" };

export function chatBody(message: OpenAiMessage): Fields {
  const { answer } = message;
  const calls = listCalls(answer.content);
  return {
    ...chatHead(message, "chat.completion"),
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: textOf(answer.content),
          refusal: null,
          annotations: [],
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishReasons[answer.stopReason],
      },
    ],
    usage: usageOf(message),
  };
}

/** Chunks: https://platform.openai.com/docs/api-reference/chat-streaming; the last one is `[DONE]`. */
export function* chatFrames(message: OpenAiMessage): Generator<Frame> {
  const { answer, question } = message;
  const options = isObject(question.body.stream_options) ? question.body.stream_options : {};
  const withUsage = options.include_usage === true;
  const chunk = (delta: Fields, finish: string | null = null, piece = ""): Frame => {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
    const padding =
      options.include_obfuscation === false ? {} : { obfuscation: "x".repeat(16 - (piece.length % 16)) };
    const body = {
      ...chatHead(message, "chat.completion.chunk"),
      choices,
      ...(withUsage ? { usage: null } : {}),
      ...padding,
    };
    return { text: `data: ${JSON.stringify(body)}\n\n`, paced: piece !== "" };
  };
  yield chunk({ role: "assistant", content: "", refusal: null });
  for (const piece of splitText(textOf(answer.content) ?? "")) {
    if (piece !== "") yield chunk({ content: piece }, null, piece);
  }
  for (const [index, call] of listCalls(answer.content).entries()) {
    const { arguments: text, name } = call.function;
    yield chunk({ tool_calls: [{ index, ...call, function: { name, arguments: "" } }] });
    for (const piece of splitText(text)) {
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] }, null, piece);
    }
  }
  yield chunk({}, finishReasons[answer.stopReason]);
  if (withUsage) {
    const body = { ...chatHead(message, "chat.completion.chunk"), choices: [], usage: usageOf(message) };
    yield { text: `data: ${JSON.stringify(body)}\n\n`, paced: false };
  }
  yield { text: "data: [DONE]\n\n", paced: false };
}

function chatHead({ id, createdAt, question }: OpenAiMessage, object: string): Fields {
  return {
    id: `chatcmpl-${id}`,
    object,
    created: createdAt,
    model: question.model,
    service_tier: "default",
    system_fingerprint: null,
  };
}

function textOf(content: readonly AnswerBlock[]): string | null {
  const texts = content.flatMap((block) => (block.type === "text" ? block.text : []));
  return texts.length === 0 ? null : texts.join("\n\n");
}

function listCalls(content: readonly AnswerBlock[]) {
  return content.flatMap((block) =>
    block.type === "text"
      ? []
      : {
          id: block.id,
          type: "function",
          function: { name: block.name, arguments: JSON.stringify(block.input) },
        },
  );
}

function usageOf({ usage }: OpenAiMessage): Fields {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
