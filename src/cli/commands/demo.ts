// cf demo: everything at work without a key and without a network.
import { defineCommand } from "../command";

export const demoCommand = defineCommand({
  positionals: [],
  flags: {},
  details:
    "Runs simulated upstreams, three demo keys and some traffic, and shows what happens when\nthe keys run into their limits. Uses a home folder of its own. Runs until Ctrl-C.",
  async run() {
    const { runDemo } = await import("../../demo/run-demo");
    const { startDemoProxy } = await import("../../demo/start-demo-proxy");
    return runDemo(startDemoProxy);
  },
});
