// Reads a secret without showing it: from a prompt on a terminal, or from stdin when that is piped.
import { CfError } from "../errors";
import type { Channel } from "./output";

/** More than any token; a wrong file on stdin must not fill the memory. */
const longestSecret = 64 * 1024;

/** The secret without surrounding white space; "" if none came. Throws `cancelled` on Ctrl-C or Ctrl-D. */
export async function readSecret(question: string, err: Channel): Promise<string> {
  const secret = process.stdin.isTTY ? await prompt(question, err) : await readPiped();
  return secret.trim();
}

async function readPiped(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    text += chunk;
    if (text.length > longestSecret) break;
  }
  return text;
}

async function prompt(question: string, err: Channel): Promise<string> {
  const { stdin } = process;
  // Raw mode comes before the question: whoever answers quickly must not see the secret echoed.
  stdin.setRawMode(true);
  err.write(question);
  try {
    return await readHidden(stdin.setEncoding("utf8"));
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    err.line();
  }
}

function readHidden(stdin: NodeJS.ReadStream): Promise<string> {
  const entry = new HiddenEntry();
  const cancelled = () => new CfError("cancelled", "Cancelled; nothing was changed.");
  return new Promise((resolve, reject) => {
    stdin.on("data", (chunk) => {
      const outcome = entry.type(String(chunk));
      if (outcome === "done") resolve(entry.text);
      if (outcome === "cancelled") reject(cancelled());
    });
    stdin.once("end", () => reject(cancelled()));
    stdin.once("error", reject);
  });
}

/** What has been typed so far; understands the editing keys that a hidden line needs. */
export class HiddenEntry {
  text = "";

  /** Takes what one read from the terminal brought: a key press, or a whole paste. */
  type(chunk: string): "open" | "done" | "cancelled" {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: arrow keys and paste brackets start with escape.
    const keys = [...chunk.replace(/\x1b\[[0-9;]*[~A-Za-z]/g, "")];
    for (const [index, key] of keys.entries()) {
      if (key === "\r" || key === "\n") {
        // A paste may begin with a line end; an empty line typed by hand ends the entry.
        const isLeading = this.text === "" && keys.slice(index).join("").trim() !== "";
        if (!isLeading) return "done";
      } else if (key === "\x03") return "cancelled";
      else if (key === "\x04") return this.text === "" ? "cancelled" : "done";
      else if (key === "\x7f" || key === "\b") this.text = [...this.text].slice(0, -1).join("");
      else if (key === "\x15") this.text = "";
      else if (key >= " ") this.text += key;
    }
    return "open";
  }
}
