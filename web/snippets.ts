// The words with which a client is pointed at the proxy, for the address of one profile. Pure.

export const snippetNames = ["claude", "curl", "python", "typescript", "shell"] as const;
export type SnippetName = (typeof snippetNames)[number];

export const snippetTitles: Record<SnippetName, string> = {
  claude: "Claude Code",
  curl: "curl",
  python: "Python",
  typescript: "TypeScript",
  shell: "Any program",
};

export interface SnippetTarget {
  url: string;
  model: string;
  /** The proxy asks its clients for a token. */
  asksToken: boolean;
}

/** Ready to be pasted. Without a client token the key that a client sends does not matter. */
export function composeSnippet(name: SnippetName, { url, model, asksToken }: SnippetTarget): string {
  const key = asksToken ? "YOUR_CLIENT_TOKEN" : "any";
  switch (name) {
    case "claude":
      return `ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN=${key} claude`;
    case "curl":
      return `curl ${url}/v1/messages \\
  -H "content-type: application/json" \\
  -H "anthropic-version: 2023-06-01" \\${asksToken ? `\n  -H "x-api-key: ${key}" \\` : ""}
  -d '{"model": "${model}", "max_tokens": 100,
       "messages": [{"role": "user", "content": "Hello"}]}'`;
    case "python":
      return `import anthropic

client = anthropic.Anthropic(base_url="${url}", api_key="${key}")
message = client.messages.create(
    model="${model}",
    max_tokens=100,
    messages=[{"role": "user", "content": "Hello"}],
)
print(message.content[0].text)`;
    case "typescript":
      return `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: "${url}", apiKey: "${key}" });
const message = await client.messages.create({
  model: "${model}",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hello" }],
});
console.log(message.content);`;
    case "shell":
      return `export ANTHROPIC_BASE_URL=${url}
export ANTHROPIC_API_KEY=${key}`;
  }
}
