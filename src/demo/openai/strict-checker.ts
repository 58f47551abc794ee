// Judges requests as OpenAI would: the first thing it would refuse, with param, code and message.

import { isObject } from "../json-value";
import { checkChat } from "./strict/chat";
import { refuse, type StrictRefusal } from "./strict/refusal";
import { checkResponses } from "./strict/responses";

/** `POST /v1/chat/completions`. null: accepted. */
export function checkChatRequest(body: unknown): StrictRefusal | null {
  return isObject(body) ? checkChat(body) : refuseBody();
}

/** `POST /v1/responses`; `chatgpt`: as the backend of subscription tokens judges it. null: accepted. */
export function checkResponsesRequest(body: unknown, { chatgpt = false } = {}): StrictRefusal | null {
  return isObject(body) ? checkResponses(body, chatgpt) : refuseBody();
}

function refuseBody(): StrictRefusal {
  return refuse(null, "We could not parse the JSON body of your request.");
}
