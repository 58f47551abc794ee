// The contract of the Messages API, held by the simulated upstream itself and by the binary in front of it.
import { setDefaultTimeout } from "bun:test";
import { startProxy } from "../support/proxy-setup";
import { ScriptedUpstream } from "../support/scripted-upstream";
import { type BackEnd, testMessagesContract } from "./messages-contract";

setDefaultTimeout(30_000);

testMessagesContract("direct", async () => {
  const upstream = await ScriptedUpstream.start();
  return { url: upstream.url, upstream, [Symbol.asyncDispose]: () => upstream.stop() };
});

testMessagesContract("through cf", async (): Promise<BackEnd> => startProxy());
