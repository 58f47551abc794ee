// Says so when a measured process ends while it is still needed.
import { readFile } from "node:fs/promises";

/** Reports an end before the returned function is called, with what the process wrote into `complaints`. */
export function reportEarlyEnd(name: string, child: Bun.Subprocess, complaints: string): () => void {
  let expected = false;
  void child.exited.then(async (code) => {
    if (expected) return;
    const words = await readFile(complaints, "utf8").catch(() => "");
    const how = child.signalCode ?? `exit code ${code}`;
    console.error(`${name} (process ${child.pid}) ended on its own (${how}). ${words}`.trim());
  });
  return () => {
    expected = true;
  };
}
