// cf run: runs a command whose requests to Claude go through the proxy.
import { defineCommand } from "../command";

export const runCommand = defineCommand({
  positionals: [],
  rest: { name: "command", summary: "The command and its arguments, as after a shell prompt" },
  flags: {
    profile: {
      type: "value",
      placeholder: "NAME",
      summary: 'Use the port of this profile, by default of "default" or the first one',
      completes: "profile",
    },
  },
  details: [
    "Sets ANTHROPIC_BASE_URL and a placeholder as the client's own token, and takes away",
    "variables that would lead past the proxy. Needs a running proxy.",
    "",
    "Exit code: that of the command; 3 the proxy does not run, 127 there is no such command.",
  ].join("\n"),
  examples: ["cf run -- claude", "cf run --profile night -- aider --model sonnet"],
  async run({ flags, rest, output, env }) {
    const { resolvePaths } = await import("../../config/paths");
    const { requireRunning } = await import("../require-running");
    const { readClientToken } = await import("../../daemon/client");
    const { choosePort } = await import("../choose-port");
    const { clientEnvironment } = await import("../client-environment");
    const { runChild } = await import("../run-child");
    const { hasLogin } = await import("../../setup/claude-code/has-login");
    const { thisMachine } = await import("../../setup/make-context");
    const { addressOf } = await import("../../daemon/describe-run");
    const paths = resolvePaths(env);
    const { run, health } = await requireRunning(paths);
    const port = choosePort(run, health, flags.profile);
    const { variables, removed } = clientEnvironment(env, {
      url: addressOf(run, port),
      clientToken: await readClientToken(paths),
      command: rest[0] ?? "",
      hasLogin: await hasLogin(thisMachine(paths, env)),
    });
    if (removed.length > 0) {
      output.err.line(
        output.err.paint.dim(
          `Taken away for this command, for they lead past the proxy: ${removed.join(", ")}`,
        ),
      );
    }
    if (health.status === "unavailable")
      output.err.line("No key can serve at the moment. Which, and why: cf status");
    return runChild(rest, variables);
  },
});
