// cf completions: a script that teaches a shell the commands, their flags, and the user's keys and profiles.
import { exitCode } from "../../errors";
import { defineCommand } from "../command";

export const completionsCommand = defineCommand({
  positionals: [
    { name: "shell", summary: "bash, zsh or fish", required: true, choices: ["bash", "zsh", "fish"] },
  ],
  flags: {},
  details: [
    "Prints the script; put it where your shell looks for it:",
    "",
    "  bash  cf completions bash > ~/.local/share/bash-completion/completions/cf",
    "  zsh   cf completions zsh > ~/.zfunc/_cf   with fpath+=(~/.zfunc) before compinit",
    "  fish  cf completions fish > ~/.config/fish/completions/cf.fish",
  ].join("\n"),
  async run({ positionals, output }) {
    const { describeCommands } = await import("../completions/describe-commands");
    const { renderBash } = await import("../completions/render-bash");
    const { renderFish } = await import("../completions/render-fish");
    const { renderZsh } = await import("../completions/render-zsh");
    const render = { bash: renderBash, zsh: renderZsh, fish: renderFish };
    const shell = positionals[0] as keyof typeof render;
    output.out.write(render[shell](await describeCommands()));
    return exitCode.ok;
  },
});
