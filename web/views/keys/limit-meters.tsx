// What is left of a key's limits as its upstream last told it, each with the time when it is full again.
import { useComputed } from "@preact/signals";
import type { LimitView } from "../../../src/server/contract";
import { formatShare, formatShort } from "../../format";
import { listMeters, type Meter } from "../../keys";
import { usePage } from "../../page";
import { Countdown } from "../../parts/countdown";
import { shortModel } from "../../parts/model-name";

const shownMeters = 3;
/** Below it a person should look. */
const scarce = 0.15;

export function LimitMeters({ limits }: { limits: LimitView[] }) {
  const { clock } = usePage();
  // As text: a second that passes draws nothing anew unless a window has ended.
  const text = useComputed(() => JSON.stringify(listMeters(limits, clock.now.value)));
  const meters = JSON.parse(text.value) as Meter[];
  if (meters.length === 0) {
    return <p class="key-limits quiet">{limits.length === 0 ? "No limits told yet" : "Limits are fresh"}</p>;
  }
  return (
    <ul class="key-limits" aria-label="What is left of its limits">
      {meters.slice(0, shownMeters).map((meter) => (
        <MeterLine key={`${meter.name} ${meter.model}`} meter={meter} />
      ))}
      {meters.length > shownMeters ? (
        <li class="quiet">
          <details>
            <summary>{meters.length - shownMeters} more</summary>
            <ul>
              {meters.slice(shownMeters).map((meter) => (
                <MeterLine key={`${meter.name} ${meter.model}`} meter={meter} />
              ))}
            </ul>
          </details>
        </li>
      ) : null}
    </ul>
  );
}

function MeterLine({ meter: { name, model, left, counts, resetAt } }: { meter: Meter }) {
  const amount =
    counts === null
      ? `${formatShare(left)} left`
      : `${formatShort(counts[0])} of ${formatShort(counts[1])} left`;
  return (
    <li class={`meter-line${left <= scarce ? " scarce" : ""}`} title={`${model}: ${amount}`}>
      <span class="meter-name cut">
        {name}
        {counts === null ? null : <span class="quiet"> {shortModel(model)}</span>}
      </span>
      <span class="meter-amount">{amount}</span>
      <span class="meter" aria-hidden="true">
        <i style={{ width: `${(left * 100).toFixed(1)}%` }} />
      </span>
      <span class="meter-reset quiet">
        {resetAt === null ? null : (
          <>
            full in <Countdown until={resetAt} />
          </>
        )}
      </span>
    </li>
  );
}
