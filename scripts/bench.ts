// npm run bench: how fast the compiled proxy is, next to nginx and to no proxy at all. Never a test: machines differ.
import { type BenchOptions, parseOptions, usage } from "./bench/options";
import { countWrong, renderReport } from "./bench/render-report";
import { runBench } from "./bench/run-bench";
import { runInterruptibly } from "./bench/run-interruptibly";

function readOptions(): BenchOptions | null {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

const options = readOptions();
if (options === null) {
  console.log(usage);
  process.exit(0);
}
await runInterruptibly(async (resources, signal) => {
  const result = await runBench(options, resources, signal, (line) => console.error(`... ${line}`));
  console.log(options.json ? JSON.stringify(result, null, 2) : `\n${renderReport(result)}`);
  // An aim that is missed is no failure; an answer that is wrong is.
  if (countWrong(result) > 0) process.exitCode = 1;
});
