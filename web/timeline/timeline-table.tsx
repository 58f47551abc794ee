// The timeline as a table, for who would rather read.
import { formatClock, formatDuration } from "../format";
import { usePage } from "../page";
import { bandWords } from "./describe-moment";
import type { Track } from "./timeline";

/** The latest changes of each key; older ones are in the picture. */
const rowsPerKey = 20;

export function TimelineTable({ track }: { track: Track }) {
  const { model, clock } = usePage();
  const labels = new Map(model.peek()?.keys.map((key) => [key.id, key.label]));
  const now = clock.now.peek();
  const rows = track.bands.flatMap((band) =>
    band.spans.slice(-rowsPerKey).map((span) => ({ key: labels.get(band.key) ?? band.key, span })),
  );
  return (
    <table class="plain-table">
      <caption class="hidden-visually">What each key did, the latest changes last</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">From</th>
          <th scope="col">For</th>
          <th scope="col">State</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, span }) => (
          <tr key={`${key} ${span.from}`}>
            <td>{key}</td>
            <td>{formatClock(span.from, now)}</td>
            <td>{formatDuration(span.until - span.from)}</td>
            <td>{bandWords[span.state]}</td>
            <td>{span.reason ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
