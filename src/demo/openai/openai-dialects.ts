// The two dialects of the simulated OpenAI API: how each is checked, read and answered.
import { chatBody, chatFrames } from "./chat-answer";
import { readChatQuestion } from "./read-chat-question";
import { readResponsesQuestion } from "./read-responses-question";
import { responsesBody, responsesFrames } from "./responses-answer";
import { checkChatRequest, checkResponsesRequest } from "./strict-checker";

export interface Dialect {
  param: "messages" | "input";
  check: typeof checkChatRequest;
  read: typeof readChatQuestion;
  body: typeof chatBody;
  frames: typeof chatFrames;
}

/** By method and path. */
export const openAiDialects: ReadonlyMap<string, Dialect> = new Map<string, Dialect>([
  [
    "POST /v1/chat/completions",
    {
      param: "messages",
      check: checkChatRequest,
      read: readChatQuestion,
      body: chatBody,
      frames: chatFrames,
    },
  ],
  [
    "POST /v1/responses",
    {
      param: "input",
      check: (body) => checkResponsesRequest(body),
      read: readResponsesQuestion,
      body: responsesBody,
      frames: responsesFrames,
    },
  ],
]);
