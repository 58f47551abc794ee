// What commands learn of the terminal that they write to.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { until } from "../support/gate";

const source = join(import.meta.dir, "..", "..", "src", "cli", "terminal.ts");
const script = `const { isTerminal, terminalWidth } = await import(${JSON.stringify(source)});
  console.log(JSON.stringify([isTerminal(1), terminalWidth(1)]));`;

test.skipIf(process.platform === "win32")("a terminal has columns", async () => {
  let shown = "";
  const child = Bun.spawn([process.execPath, "-e", script], {
    terminal: {
      cols: 97,
      rows: 33,
      data: (_terminal, data) => {
        shown += Buffer.from(data).toString();
      },
    },
  });
  await until("it has said so", () => shown.includes("]"));
  await child.exited;
  child.terminal?.close();
  expect(shown.trim()).toBe("[true,97]");
});

test("a pipe is no terminal and has none", async () => {
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  expect(await new Response(child.stdout).json()).toEqual([false, null]);
});
