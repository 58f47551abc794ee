// The button that tests a key, and what came of it.
import type { KeyTest } from "../../../src/server/contract";
import { formatDuration } from "../../format";
import { Icon } from "../../parts/icon";
import type { useKeyTest } from "./use-key-test";

type Test = ReturnType<typeof useKeyTest>;

export function TestButton({ test, label, plain }: { test: Test; label: string; plain?: boolean }) {
  return (
    <button
      type="button"
      class={plain ? "button plain small" : "button"}
      aria-label={`Test ${label}`}
      title="Asks the upstream whether it takes this key; costs nothing"
      disabled={test.busy}
      onClick={test.run}
    >
      <Icon name="test" />
      {test.busy.value ? "Testing…" : "Test"}
    </button>
  );
}

export function TestResult({ test: { result } }: { test: Test }) {
  return <div role="status">{result.value === null ? null : <Verdict verdict={result.value} />}</div>;
}

function Verdict({ verdict: { ok, status, words, ms } }: { verdict: KeyTest }) {
  const more = [status, ms > 0 ? formatDuration(ms) : null].filter((one) => one !== null);
  return (
    <p class={`test-result ${ok ? "ok" : "failed"}`}>
      <Icon name={ok ? "check" : "warn"} />
      <span>
        {ok ? "Works" : "Does not work"}: {words}
        <span class="quiet">{more.map((one) => ` · ${one}`)}</span>
      </span>
    </p>
  );
}
