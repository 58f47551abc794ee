// Streamed Responses: what comes of each way in which servers send them.
import { createResponsesStream } from "../../../src/translate/responses/stream";
import { checkStreamFixtures } from "../../support/check-stream-fixtures";
import { responsesFixtures } from "./stream-fixtures";

checkStreamFixtures(createResponsesStream, responsesFixtures);
