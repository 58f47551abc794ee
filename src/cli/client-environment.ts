// The environment of a client that shall talk to the proxy and to nobody else.
import { basename } from "node:path";
import { cloudSwitches } from "../setup/claude-code/cloud-switches";
import { placeholderToken } from "../setup/placeholder-token";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ClientOptions {
  /** Of the profile, without a trailing slash. */
  readonly url: string;
  /** What the proxy asks of its clients, or null. */
  readonly clientToken: string | null;
  /** The program, as it was typed. */
  readonly command: string;
  /** Claude Code has a login of its own: with a token beside it, it would leave its subscription's features off. */
  readonly hasLogin: boolean;
}

/** Claude Code warns when it finds an API key beside a token; whoever opens a shell will start it from there. */
const takesTokenOnly = /^(claude|sh|bash|zsh|fish|tmux|screen|pwsh)$/;
// Claude Code asks the one for HTTPS for plain addresses as well.
const proxyVariables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/** `removed`: variables that are set now and would lead past the proxy. */
export function clientEnvironment(
  env: Environment,
  { url, clientToken, command, hasLogin }: ClientOptions,
): { variables: Environment; removed: readonly string[] } {
  const removed = cloudSwitches.filter((name) => env[name] !== undefined && env[name] !== "");
  const token = clientToken ?? placeholderToken;
  const tokenOnly = takesTokenOnly.test(basename(command).replace(/\.(exe|cmd)$/i, ""));
  return {
    removed,
    variables: {
      ...env,
      ...Object.fromEntries(removed.map((name) => [name, undefined])),
      ...withoutDetour(env),
      ANTHROPIC_BASE_URL: url,
      // Aider, and what else is built on LiteLLM.
      ANTHROPIC_API_BASE: url,
      // A real key has no business on its way to a proxy that would drop it.
      ANTHROPIC_AUTH_TOKEN: tokenOnly && hasLogin && clientToken === null ? undefined : token,
      ANTHROPIC_API_KEY: tokenOnly ? undefined : token,
    },
  };
}

/** A web proxy in the environment must not be asked for what is on this machine. */
function withoutDetour(env: Environment): Environment {
  if (!proxyVariables.some((name) => env[name])) return {};
  const local = ["localhost", "127.0.0.1", "::1"];
  const names = env.no_proxy !== undefined && env.NO_PROXY === undefined ? ["no_proxy"] : ["NO_PROXY"];
  if (env.no_proxy !== undefined && env.NO_PROXY !== undefined) names.push("no_proxy");
  return Object.fromEntries(
    names.map((name) => {
      const known = (env[name] ?? "").split(",").map((host) => host.trim());
      return [name, [...new Set([...known.filter((host) => host !== ""), ...local])].join(",")];
    }),
  );
}
