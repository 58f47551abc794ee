// cf demo: everything at work without a key and without a network.
import { defineCommand } from "../command";

export const demoCommand = defineCommand({
  positionals: [],
  flags: {},
  details:
    "Runs a simulated upstream, two demo keys and some traffic, and shows what happens when\nthe first key runs into its limit. Uses a home folder of its own. Runs until Ctrl-C.",
  async run() {
    const { runDemo } = await import("../../demo/run-demo");
    const { startDemoProxy } = await import("../../demo/start-demo-proxy");
    return runDemo(startDemoProxy);
  },
});
