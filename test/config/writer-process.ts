// A process of its own that changes the config, for the tests of races, crashes and full disks.
import { writeSync } from "node:fs";
import { addKey } from "../../src/config/edit-keys";
import { changeConfig } from "../../src/config/file";
import { resolvePaths } from "../../src/config/paths";
import { CfError } from "../../src/errors";

const [mode = "", name = ""] = process.argv.slice(2);
const paths = resolvePaths(process.env);

async function add(id: string, meanwhile: () => void = () => {}): Promise<void> {
  await changeConfig(paths, (document) => {
    const { document: edited } = addKey(document, { token: `sk-ant-api03-${id}-aaaaaaaaaaaa`, id });
    meanwhile();
    return edited;
  });
}

try {
  if (mode === "add") await add(name);
  if (mode === "add-unprivileged") {
    // Root may write everywhere: become nobody, now that all modules are loaded.
    if (process.getuid?.() === 0) {
      process.setegid?.(65534);
      process.seteuid?.(65534);
    }
    await add(name);
  }
  if (mode === "add-and-hang") {
    await add(name, () => {
      writeSync(1, "holding\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });
  }
  if (mode === "add-for-ever") {
    for (let number = 0; ; number += 1) {
      await add(`${name}-${number}`);
      writeSync(1, ".");
    }
  }
} catch (error) {
  if (!(error instanceof CfError)) throw error;
  writeSync(1, `${error.code} ${error.message}`);
  process.exit(error.exit);
}
