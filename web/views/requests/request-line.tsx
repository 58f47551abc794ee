// One request in the table.
import type { RequestRow } from "../../../src/server/contract";
import { formatDuration, formatMoney, formatShort } from "../../format";
import { usePage } from "../../page";
import { AttemptTrail } from "../../parts/attempt-trail";
import { ClockTime } from "../../parts/countdown";
import { RequestName } from "../../parts/request-name";
import { ServiceMark } from "../../parts/service-mark";

export function RequestLine({ row, index }: { row: RequestRow; index: number }) {
  const { router } = usePage();
  const open = () => router.setQuery({ request: row.id });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button in it does the same with the keyboard.
    <div class="request-row" role="row" aria-rowindex={index} data-id={row.id} onClick={open}>
      <span role="cell" class="cell-time">
        <ServiceMark service={row.service} />
        <button type="button" class="row-button" aria-haspopup="dialog">
          <ClockTime at={row.at} />
          <span class="hidden-visually"> details</span>
        </button>
      </span>
      <span role="cell" class="cell-model cut">
        <RequestName row={row} />
      </span>
      <span role="cell" class="cell-trail cut">
        <AttemptTrail row={row} />
        <Ending row={row} />
      </span>
      <span role="cell" class="cell-client cut quiet">
        {row.client}
      </span>
      <span role="cell" class="number cell-tokens">
        <Tokens row={row} />
      </span>
      <span role="cell" class="number cell-cost">
        {row.costUsd === null ? "" : formatMoney(row.costUsd)}
      </span>
      <span role="cell" class="number quiet cell-first">
        {row.firstByteMs === null ? "" : formatDuration(row.firstByteMs)}
      </span>
      <span role="cell" class="number">
        {formatDuration(row.totalMs)}
      </span>
    </div>
  );
}

/** What the trail does not show: an answer cut off, a wait, our own refusal. */
function Ending({ row }: { row: RequestRow }) {
  const last = row.attempts.findLast((attempt) => !attempt.skipped);
  return (
    <>
      {row.queuedMs > 0 ? <span class="chip">waited {formatDuration(row.queuedMs)}</span> : null}
      {row.state === "truncated" ? <span class="chip is-failing">cut off</span> : null}
      {row.state === "cancelled" ? <span class="chip">client left</span> : null}
      {row.state === "error" && row.status !== last?.status ? (
        <span class="chip is-failing">{row.status} to the client</span>
      ) : null}
    </>
  );
}

function Tokens({ row }: { row: RequestRow }) {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = row.tokens;
  if (input === null && output === null) return null;
  const whole = (input ?? 0) + (cacheRead ?? 0) + (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0);
  return (
    <span title={`${whole} in, of which ${cacheRead ?? 0} from the cache; ${output ?? 0} out`}>
      {formatShort(whole)}
      <span class="quiet"> → {output === null ? "?" : formatShort(output)}</span>
    </span>
  );
}
