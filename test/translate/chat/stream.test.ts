// Streamed Chat Completions: what comes of each way in which servers send them.
import { createChatStream } from "../../../src/translate/chat/stream";
import { checkStreamFixtures } from "../../support/check-stream-fixtures";
import { chatFixtures } from "./stream-fixtures";

checkStreamFixtures(createChatStream, chatFixtures);
