// `cf doctor --test-keys`: asks the upstream of every key, and compares the clocks while it is at it.
import { explainTest, isFailure, type KeyReport } from "../print/key-test";
import { formatDuration } from "../print/times";
import { testKeys } from "../test-keys";
import { type DoctorContext, usableConfig } from "./doctor-context";
import { about, type Finding } from "./finding";

/** A reset that is read wrongly by that much keeps a key out, or burns a request on it. */
const tolerableMs = 5_000;

export async function checkKeyTests(context: DoctorContext): Promise<Finding[]> {
  const loaded = usableConfig(context);
  if (loaded === null) return [];
  const reports = await testKeys([...loaded.config.keys.values()], loaded.config, {
    named: false,
    env: context.env,
  });
  return [...reports.map(describe), ...compareClocks(reports)];
}

function describe(report: KeyReport): Finding {
  const finding = about("key_test", `Test of ${report.key.id}`);
  const lines = explainTest(report, Date.now());
  const remedy = lines.find((line) => line.startsWith("→ "))?.slice(2) ?? null;
  const words = [
    report.test.result.replaceAll("_", " "),
    ...lines.filter((line) => !line.startsWith("→ ")),
  ].join(": ");
  if (!isFailure(report)) return finding.ok(words);
  return report.test.result === "rate_limited" ? finding.warn(words, remedy) : finding.fail(words, remedy);
}

function compareClocks(reports: readonly KeyReport[]): Finding[] {
  const finding = about("clock", "Clock");
  const ahead = reports.flatMap(({ test }) => test.clockAheadMs ?? []);
  if (ahead.length === 0) return [];
  // One server may be wrong itself; the one that agrees with us most is the witness.
  const skew = ahead.reduce((best, one) => (Math.abs(one) < Math.abs(best) ? one : best));
  if (Math.abs(skew) <= tolerableMs) return [finding.ok("It agrees with the upstreams.")];
  const words = `It is ${formatDuration(Math.abs(skew))} ${skew > 0 ? "ahead of" : "behind"} the upstreams: the ends of cooldowns are off by as much.`;
  return [finding.warn(words, "Let the system set its clock by the network.")];
}
