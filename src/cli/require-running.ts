// For commands that need the running proxy: finds it, or ends with exit code 3 and the way to start it.
import type { Paths } from "../config/paths";
import type { ProxyLookup } from "../daemon/client";
import { CfError, exitCode } from "../errors";

export type RunningProxy = Extract<ProxyLookup, { state: "running" }>;

/** Throws a CfError: exit 3 if it does not run or takes no requests now, 1 if its process does not answer. */
export async function requireRunning(paths: Paths): Promise<RunningProxy> {
  const { findProxy } = await import("../daemon/client");
  const found = await findProxy(paths);
  switch (found.state) {
    case "running":
      return found;
    case "not running":
      throw new CfError("not_running", "Claude Failover is not running.", {
        hint: "Start it: cf start -d",
        exit: exitCode.notRunning,
      });
    case "not answering":
      throw new CfError(
        "not_answering",
        `Claude Failover has a process (pid ${found.run.pid}), but does not answer: ${found.reason}.`,
        { hint: "If that lasts: cf restart" },
      );
    default:
      throw new CfError("not_running", `Claude Failover is ${found.state}: ${found.reason}.`, {
        hint: "Try again in a moment. Its state: cf status",
        exit: exitCode.notRunning,
      });
  }
}
