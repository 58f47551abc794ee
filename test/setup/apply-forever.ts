// Sets Claude Code up and takes it back, over and over, until it is killed.
import { setUpIn } from "./setup-home";

const [root = ""] = process.argv.slice(2);
const home = setUpIn(root);
for (;;) {
  await home.apply("claude-code");
  await home.undo("claude-code");
  console.log("round");
}
