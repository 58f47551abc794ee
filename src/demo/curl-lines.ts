// The commands by which a person sends requests of their own to the demo.

/** A `curl` command for a POSIX shell, over several lines of less than 80 columns; it can be pasted as it is. */
export function curlLines(url: string, stream: boolean): string[] {
  return [
    `curl ${stream ? "-N " : ""}${url}/v1/messages -H anthropic-version:2023-06-01 \\`,
    `  -H content-type:application/json -d '{${stream ? '"stream":true,' : ""}"max_tokens":200,`,
    `  "model":"claude-opus-4-6","messages":[{"role":"user","content":"Hello"}]}'`,
  ];
}

/** Starts Claude Code against the demo; the token is a placeholder that never leaves the proxy. */
export function claudeCodeLine(url: string): string {
  return `ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN=demo claude`;
}
