// What happens now: requests under way, then the latest ones with their trail.
import { useComputed } from "@preact/signals";
import type { ActiveRequest, RequestRow } from "../../../src/server/contract";
import { formatDuration, formatMoney } from "../../format";
import { usePage } from "../../page";
import { AttemptTrail } from "../../parts/attempt-trail";
import { ClockTime, Countdown } from "../../parts/countdown";
import { Empty } from "../../parts/empty";
import { ModelName } from "../../parts/model-name";
import { RequestName } from "../../parts/request-name";
import { ServiceMark } from "../../parts/service-mark";
import { ViewLink } from "../../parts/view-link";

const shownActive = 5;
const shownRows = 14;

export function LiveLog() {
  const page = usePage();
  const active = useComputed(() => page.model.value?.active ?? []);
  const rows = useComputed(() => page.model.value?.rows ?? []);
  const underWay = active.value.slice(0, shownActive);
  const finished = rows.value.slice(0, shownRows - underWay.length);
  return (
    <section class="panel live-log" aria-label="Live log">
      <div class="panel-head">
        <h2>
          Live <ActiveCount count={active.value.length} />
        </h2>
        <ViewLink view="requests">All requests</ViewLink>
      </div>
      {underWay.length + finished.length === 0 ? (
        <Listening />
      ) : (
        <ol class="log-lines">
          {underWay.map((request) => (
            <ActiveLine key={request.id} request={request} />
          ))}
          {finished.map((row) => (
            <FinishedLine key={row.id} row={row} />
          ))}
        </ol>
      )}
    </section>
  );
}

function ActiveCount({ count }: { count: number }) {
  return count === 0 ? null : <span class="quiet">· {count} under way</span>;
}

function Listening() {
  return (
    <Empty icon="now" title="Listening for the first request…">
      <p>
        <span class="waiting-dot" /> Point a client at the address above; it shows here as it happens.
      </p>
      <ViewLink view="setup" class="button">
        Set up a client
      </ViewLink>
    </Empty>
  );
}

const phaseWords: Record<ActiveRequest["phase"], string> = {
  trying: "asking",
  queued: "waits",
  streaming: "streaming",
};

function ActiveLine({ request }: { request: ActiveRequest }) {
  const { clock, model } = usePage();
  const elapsed = useComputed(() => formatDuration(Math.max(0, clock.now.value - Date.parse(request.at))));
  const label = model.peek()?.keys.find((key) => key.id === request.key)?.label ?? request.key;
  return (
    <li class="log-line active">
      <span class="log-time">
        <ClockTime at={request.at} />
      </span>
      <span class="waiting-dot" />
      <span class="log-model cut">
        <ModelName asked={request.modelAsked} served={request.model} />
      </span>
      <span class="log-trail cut">
        {phaseWords[request.phase]} {request.phase === "queued" ? null : label}
        {request.phase === "queued" && request.until !== null ? (
          <>
            {" "}
            for a key, about <Countdown until={request.until} />
          </>
        ) : null}
        {request.attempts > 0 ? <span class="quiet"> after {request.attempts} failed</span> : null}
      </span>
      <span class="log-cost" />
      <span class="log-ms">{elapsed}</span>
    </li>
  );
}

function FinishedLine({ row }: { row: RequestRow }) {
  return (
    <li class="log-line">
      <span class="log-time">
        <ClockTime at={row.at} />
      </span>
      <ServiceMark service={row.service} />
      <ViewLink view="requests" query={{ request: row.id }} class="log-model cut">
        <RequestName row={row} />
      </ViewLink>
      <span class="log-trail cut">
        <AttemptTrail row={row} />
      </span>
      <span class="log-cost">{row.costUsd === null ? "" : formatMoney(row.costUsd)}</span>
      <span class="log-ms">{formatDuration(row.totalMs)}</span>
    </li>
  );
}
