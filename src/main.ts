// Entry: hands the command line to the CLI.
import { run } from "./cli/run";

process.exit(await run(process.argv.slice(2)));
