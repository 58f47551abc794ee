// `cf demo`: puts simulators, proxy, traffic and view together in a throw-away home, and takes all of it apart again.
import { tmpdir } from "node:os";
import { type ExitCode, exitCode } from "../errors";
import type { RequestEvent } from "../state/record";
import { startAnthropicSimulator } from "./anthropic-simulator";
import { type Clock, systemClock } from "./clock";
import {
  createDemoHome,
  demoKeys,
  demoOpenAiKey,
  demoPort,
  removeDemoHome,
  writeDemoConfig,
} from "./demo-home";
import type { KeyHealthView } from "./demo-state";
import { describeSummary } from "./describe-summary";
import { type CrashSource, listenForCrash } from "./listen-for-crash";
import { listenForQuit, type SignalSource, type TerminalInput } from "./listen-for-quit";
import { startOpenAiSimulator } from "./openai-simulator";
import { printLines } from "./print-lines";
import { showScreen, type TerminalOutput } from "./show-screen";
import { storyAccounts, storyEveryMs, storyLimits, storyOverload, storyPace } from "./story";
import type { Pace } from "./stream-frames";
import { startTraffic } from "./traffic";
import { watchProxy } from "./watch-proxy";

/** A proxy that runs in this process, on the config of a home folder. */
export interface RunningProxy {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  url: string;
  /** Tells of every request; returns what ends the subscription. */
  onEvent(listener: (event: RequestEvent) => void): () => void;
  /** All keys in priority order, as they are now. */
  health(): KeyHealthView[];
  stop(): Promise<void>;
}

/** `port` is preferred; the proxy takes a free one if it is in use. Rejects if the proxy cannot start. */
export type StartProxy = (options: { home: string; port: number }) => Promise<RunningProxy>;

/** The part of `process` that tells of its end. */
export interface ExitSource {
  on(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
}

/** Where the demo runs; tests bring their own. */
export interface Surroundings {
  output: TerminalOutput;
  /** null: no keyboard. */
  input: TerminalInput | null;
  env: Readonly<Record<string, string | undefined>>;
  signals: SignalSource & CrashSource & ExitSource;
  /** Where the home folder is made. */
  tempFolder: string;
  clock: Clock;
  pace: Pace;
  /** Milliseconds between two requests of the traffic. */
  everyMs: number;
}

/**
 * Runs until Ctrl+C, `q` or a signal; everything that was started is stopped then, and also when a part fails.
 * @throws what the failing part threw, after the others are stopped
 */
export async function runDemo(startProxy: StartProxy, given: Partial<Surroundings> = {}): Promise<ExitCode> {
  const around: Surroundings = { ...realSurroundings(), ...given };
  // A reader that went away is heard by `listenForQuit`; what is still written after that must not end in a crash.
  around.output.on("error", () => undefined);
  const summary = await watchStory(startProxy, around);
  around.output.write(`${summary.join("\n")}\n`);
  return exitCode.ok;
}

/** Returns the summary; by then everything is taken apart, in the reverse order of its making. */
async function watchStory(startProxy: StartProxy, around: Surroundings): Promise<string[]> {
  const { clock, output, signals } = around;
  await using undo = new AsyncDisposableStack();
  // These also run when the process just exits: a crash must leave neither a spoilt terminal nor the folder behind.
  const alwaysUndo = (step: () => void) => {
    signals.on("exit", step);
    undo.defer(() => {
      signals.off("exit", step);
      step();
    });
  };
  const interactive = output.isTTY === true && around.env.TERM !== "dumb";
  const quit = listenForQuit(signals, output, interactive ? around.input : null);
  alwaysUndo(() => quit.dispose());

  const home = await createDemoHome(around.tempFolder);
  alwaysUndo(() => removeDemoHome(home));
  const { pace } = around;
  const anthropic = startAnthropicSimulator({
    keys: demoKeys,
    limitFor: storyLimits,
    accountOut: storyAccounts(clock.now()),
    overloadedAt: storyOverload,
    pace,
    clock,
  });
  undo.defer(() => anthropic.stop());
  const openai = startOpenAiSimulator({ keys: [demoOpenAiKey], pace, clock });
  undo.defer(() => openai.stop());
  await writeDemoConfig(home, { anthropic: anthropic.url, openai: openai.url });

  const proxy = await startProxy({ home, port: demoPort });
  // A second Ctrl+C does not wait for requests that the proxy still wants to finish.
  undo.defer(() => Promise.race([proxy.stop(), quit.forced]));

  const color = (around.env.NO_COLOR ?? "") === "";
  const view = interactive ? showScreen(output, color, clock) : printLines(output, clock);
  alwaysUndo(() => view.close());

  const watched = watchProxy(proxy, view, clock);
  undo.defer(() => watched.stop());
  const traffic = startTraffic({ url: proxy.url, everyMs: around.everyMs, clock });
  undo.defer(() => traffic.stop());

  const crash = listenForCrash(signals);
  undo.defer(() => crash.dispose());
  await Promise.race([quit.requested, watched.failed, crash.happened]);
  return describeSummary(watched.state(), clock.now());
}

function realSurroundings(): Surroundings {
  return {
    output: process.stdout,
    input: process.stdin,
    env: process.env,
    signals: process,
    tempFolder: tmpdir(),
    clock: systemClock,
    pace: storyPace,
    everyMs: storyEveryMs,
  };
}
