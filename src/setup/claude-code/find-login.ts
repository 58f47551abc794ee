// Tells whether Claude Code has a credential of its own, so that it starts without one from us.
import { join } from "node:path";
import { readTarget } from "../files/read-target";
import { type JsonText, propertyAt } from "../json/parse-json";
import type { Machine } from "../types";

export type Login = "settings" | "environment" | "subscription" | "api-key";

const tokenVariables = ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"];

/** null: none is known. Looks at names only, never at the value of a credential. */
export async function findLogin(
  { env }: Pick<Machine, "env">,
  stateFile: string,
  folder: string,
  settings: JsonText,
): Promise<Login | null> {
  // Our own placeholder in the settings counts too: what is there stays there.
  if (tokenVariables.some((name) => isText(settings, ["env", name]))) return "settings";
  if (isText(settings, ["apiKeyHelper"])) return "settings";
  if (tokenVariables.some((name) => Boolean(env[name]))) return "environment";
  // On macOS the credential lies in the keychain; the state file names the account on every system.
  const state = await readRecord(stateFile);
  if (typeof state.oauthAccount === "object" && state.oauthAccount !== null) return "subscription";
  if (typeof state.primaryApiKey === "string" && state.primaryApiKey !== "") return "api-key";
  const credentials = await readRecord(join(folder, ".credentials.json"));
  return "claudeAiOauth" in credentials ? "subscription" : null;
}

function isText(json: JsonText, path: readonly string[]): boolean {
  const value = propertyAt(json.root, path)?.value;
  return value?.type === "string" && value.value !== "";
}

/** An unreadable or damaged file says nothing. */
async function readRecord(path: string): Promise<Record<string, unknown>> {
  try {
    const { bytes } = await readTarget(path);
    const value: unknown = bytes === null ? null : JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
