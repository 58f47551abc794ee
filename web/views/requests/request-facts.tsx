// The facts of a request and the headers by which its answer said the same to the client.
import type { RequestRow } from "../../../src/server/contract";
import { formatDuration } from "../../format";
import { ViewLink } from "../../parts/view-link";

export interface RequestFactsProps {
  row: RequestRow;
  labelOf: (key: string) => string;
}

export function RequestFacts({ row, labelOf }: RequestFactsProps) {
  return (
    <>
      <dl class="facts">
        <dt>Client</dt>
        <dd>
          {row.client === "" ? "unknown" : row.client}
          {row.stream ? ", streaming" : ""}
        </dd>
        <dt>Profile</dt>
        <dd>{row.profile}</dd>
        {row.key === null ? null : (
          <>
            <dt>Key</dt>
            <dd>
              <ViewLink view="requests" query={{ key: row.key }}>
                {labelOf(row.key)}
              </ViewLink>
            </dd>
          </>
        )}
        {row.session === null ? null : (
          <>
            <dt>Conversation</dt>
            <dd>
              <ViewLink view="requests" query={{ session: row.session }}>
                {row.session.slice(0, 12)}
              </ViewLink>
            </dd>
          </>
        )}
        {row.stopReason === null ? null : (
          <>
            <dt>Stop reason</dt>
            <dd>{row.stopReason}</dd>
          </>
        )}
        {row.refusal === null || row.attempts.length === 0 ? null : (
          <>
            <dt>Told</dt>
            <dd>{row.refusal}</dd>
          </>
        )}
        <dt>First byte</dt>
        <dd>{row.firstByteMs === null ? "none" : `after ${formatDuration(row.firstByteMs)}`}</dd>
      </dl>
      <section aria-label="Headers of the answer">
        <h3>The answer's headers</h3>
        <pre class="code-block">
          {listHeaders(row)
            .map(([name, value]) => `${name}: ${value}`)
            .join("\n")}
        </pre>
      </section>
    </>
  );
}

function listHeaders(row: RequestRow): [string, string][] {
  const asked = row.attempts.filter((attempt) => !attempt.skipped).length;
  const headers: [string, string | null][] = [
    ["x-cf-request-id", row.id],
    ["x-cf-key", row.key],
    ["x-cf-provider", row.provider],
    ["x-cf-model", row.modelServed],
    ["x-cf-attempts", String(asked)],
    ["x-cf-fallback", row.service === "fell_back" ? `${row.modelAsked} -> ${row.modelServed}` : null],
    ["x-cf-queued-ms", row.queuedMs > 0 ? String(row.queuedMs) : null],
  ];
  return headers.filter((pair): pair is [string, string] => pair[1] !== null);
}
