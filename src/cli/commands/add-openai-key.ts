// cf add-openai-key: adds a key of OpenAI, of a server that speaks its API, or of a ChatGPT subscription.
import type { Timestamp } from "../../engine/types";
import { CfError, exitCode } from "../../errors";
import { defineCommand } from "../command";
import type { Channel } from "../output";
import {
  checkSettings,
  labelPositional,
  newKeyFlags,
  noteNextSteps,
  readToken,
  storeNewKey,
} from "../store-new-key";
import { usageError } from "../usage-error";

const name = "add-openai-key";
const seeHelp = `See "cf ${name} --help".`;
const apis = ["chat", "responses"] as const;

export const addOpenAiKeyCommand = defineCommand({
  positionals: [
    {
      name: "token",
      summary: "sk-…, a ChatGPT access token or env:NAME. None, or -: asked for, or read from stdin",
    },
    labelPositional,
  ],
  flags: {
    "base-url": {
      type: "value",
      placeholder: "URL",
      summary: "A server that speaks OpenAI's API, with or without a trailing /v1",
    },
    api: {
      type: "value",
      placeholder: "chat|responses",
      summary: "Which API to use (default: responses at api.openai.com, chat elsewhere)",
      choices: apis,
    },
    ...newKeyFlags,
  },
  details: [
    "Requests for Claude fall back to OpenAI once no Anthropic key can serve them:",
    "adding the key switches openaiModelFallback on. With --base-url the token may have",
    "any shape; for a local server that asks for none, give any word.",
    "",
    "The access token of a ChatGPT subscription works too. That is experimental: it is",
    "not renewed when it expires, and your terms of use may not allow it.",
  ].join("\n"),
  examples: [
    "cf add-openai-key",
    "cf add-openai-key env:OPENAI_API_KEY",
    "cf add-openai-key env:OPENROUTER_API_KEY --base-url https://openrouter.ai/api/v1",
    "cf add-openai-key ollama Ollama --base-url http://localhost:11434/v1",
  ],
  async run({ flags, positionals, output, env }) {
    const [given, label] = positionals;
    const { id, group, "base-url": baseUrl } = flags;
    const api = apis.find((known) => known === flags.api);
    await checkSettings(name, { label, id, group, baseUrl });
    const { resolvePaths } = await import("../../config/paths");
    const { readConfig } = await import("../../config/file");
    const paths = resolvePaths(env);
    // A config that cannot be changed is told before a token is asked for.
    const before = await readConfig(paths);
    const hint =
      baseUrl === undefined
        ? `A local server that asks for none takes any word, with its --base-url. ${seeHelp}`
        : `If the server asks for none, give any word: cf ${name} any --base-url ${baseUrl}`;
    const token = await readToken({ given, hint }, output);
    const until = baseUrl === undefined ? await checkSubscription(token, api) : undefined;
    const stored = await storeNewKey(
      { token, provider: "openai", label, id, baseUrl, api, group },
      { paths, before, output, keychain: flags.keychain },
    );
    if (until !== undefined) await noteSubscription(until, output.err);
    await noteNextSteps(stored, { name, given, env, output });
    return exitCode.ok;
  },
});

/** When the token of a subscription ends, null if it does not say; undefined for every other token. Throws if it is of no use. */
async function checkSubscription(
  token: string,
  api: string | undefined,
): Promise<Timestamp | null | undefined> {
  const { recognizeToken } = await import("../../config/recognize-token");
  const recognized = recognizeToken(token);
  if (!recognized.ok || recognized.kind !== "chatgpt") return undefined;
  if (api === "chat") {
    throw usageError("A ChatGPT token works with --api responses only.", "Leave --api out.");
  }
  const { readChatGptClaims } = await import("../../proxy/providers/openai-key");
  const { expiresAt } = readChatGptClaims(token);
  const now = Date.now();
  if (expiresAt === null || expiresAt > now) return expiresAt;
  const { formatClock } = await import("../print/times");
  throw new CfError("expired_token", `This token expired: ${formatClock(expiresAt, now)}.`, {
    hint: "Sign in to ChatGPT again and copy the new access token.",
    exit: exitCode.usage,
  });
}

async function noteSubscription(until: Timestamp | null, err: Channel): Promise<void> {
  const { noteWarning } = await import("../note-config-change");
  const { formatUntil } = await import("../print/times");
  const end = until === null ? "" : ` This token is good ${formatUntil(until, Date.now())}.`;
  noteWarning(
    {
      title: "ChatGPT subscription tokens are experimental.",
      remedy: `Check that your terms of use allow it.${end} It is not renewed.`,
    },
    err,
  );
}
