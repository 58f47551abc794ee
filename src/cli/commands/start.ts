// cf start: the proxy in the foreground.
import { defineCommand } from "../command";
import { usageError } from "../usage-error";

export const startCommand = defineCommand({
  positionals: [],
  flags: {
    port: { type: "value", placeholder: "N", summary: "Port of the default profile, for this run only" },
  },
  details: "Runs until Ctrl-C. If the proxy already runs, it says so and leaves it alone.",
  examples: ["cf start", "cf start --port 4090"],
  async run({ flags, output, env }) {
    const port = flags.port === undefined ? undefined : parsePort(flags.port);
    const { resolvePaths } = await import("../../config/paths");
    const { serve } = await import("../../daemon/serve");
    return serve({
      paths: resolvePaths(env),
      ...(port === undefined ? {} : { port }),
      say: (line) => output.out.line(line),
      warn: (line) => output.err.line(line),
    });
  },
});

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) {
    throw usageError("--port must be a number from 1 to 65535.", 'See "cf start --help".');
  }
  return port;
}
