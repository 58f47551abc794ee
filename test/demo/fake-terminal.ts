// A terminal, a keyboard and a process as the demo sees them, for tests.
import { EventEmitter } from "node:events";
import type { SignalSource, TerminalInput } from "../../src/demo/listen-for-quit";
import type { TerminalOutput } from "../../src/demo/show-screen";

export class FakeOutput extends EventEmitter implements TerminalOutput {
  text = "";
  columns = 80;
  rows = 24;

  constructor(readonly isTTY: boolean) {
    super();
  }

  write(text: string): void {
    this.text += text;
    this.emit("written");
  }

  /** Resolves when what was written so far contains `wanted`. */
  async until(wanted: string): Promise<void> {
    while (!this.text.includes(wanted)) await new Promise((resolve) => this.once("written", resolve));
  }
}

export class FakeInput extends EventEmitter implements TerminalInput {
  readonly isTTY = true;
  raw = false;
  flowing = false;

  setRawMode(on: boolean): void {
    this.raw = on;
  }
  resume(): void {
    this.flowing = true;
  }
  pause(): void {
    this.flowing = false;
  }
  press(keys: string): void {
    this.emit("data", Buffer.from(keys));
  }
}

/** `emit("SIGINT")`, `emit("exit")`, `emit("uncaughtException", error)`. */
export class FakeSignals extends EventEmitter implements SignalSource {}
