// What the process itself wants a person to know: crashes, a supervisor that is gone, a log that cannot be written.
import type { Warning } from "../config/types";
import type { RunFile } from "./run-file";

/** `logTrouble`: why the log cannot be written, or null. */
export function warnOfRun(run: RunFile, logTrouble: string | null): Warning[] {
  const warnings: Warning[] = [];
  if (run.restarts !== null) {
    const { count, lastAt, lastReason } = run.restarts;
    warnings.push({
      code: "restarted_after_crash",
      title: `The proxy crashed ${count === 1 ? "once" : `${count} times`} since it was started; the last time, it ${lastReason} (${new Date(lastAt).toISOString().slice(0, 19).replace("T", " ")} UTC).`,
      severity: "warn",
      remedy: "It was started again. cf logs --level error says more.",
    });
  }
  if (run.mode === "daemon" && run.supervisor === null) {
    warnings.push({
      code: "supervisor_gone",
      title: "The supervisor of the proxy is gone: after a crash, nobody would start it again.",
      severity: "warn",
      remedy: "Restart the proxy: cf restart",
    });
  }
  if (logTrouble !== null) {
    warnings.push({
      code: "log_unwritable",
      title: `The log cannot be written: ${logTrouble}.`,
      severity: "warn",
      remedy: "Make room, or see to the permissions of the folder: cf doctor",
    });
  }
  return warnings;
}
