// The contract of the Messages API, held by the simulated upstream itself and by the binary in front of it, whoever serves.
import { setDefaultTimeout } from "bun:test";
import { dialects, gpt, startOpenAi } from "../support/openai-setup";
import { startProxy } from "../support/proxy-setup";
import { ScriptedUpstream } from "../support/scripted-upstream";
import { type BackEnd, model, testMessagesContract } from "./messages-contract";
import { testVerbatimContract } from "./verbatim-contract";
import { anthropicWire, openAiWire } from "./wire";

setDefaultTimeout(30_000);

async function startDirect(): Promise<BackEnd> {
  const upstream = await ScriptedUpstream.start();
  return { url: upstream.url, upstream, [Symbol.asyncDispose]: () => upstream.stop() };
}

const startThrough = (): Promise<BackEnd> => startProxy();

testMessagesContract("direct", anthropicWire, startDirect);
testVerbatimContract("direct", startDirect);
testMessagesContract("through cf", anthropicWire, startThrough);
testVerbatimContract("through cf", startThrough);
for (const dialect of dialects) {
  const config = { openaiModelMapping: { [model]: gpt } };
  testMessagesContract(`through cf to ${dialect}`, openAiWire(dialect), () =>
    startOpenAi(dialect, { config }),
  );
}
