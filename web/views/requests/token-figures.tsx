// What a request used: tokens by kind as one bar with numbers, cost, and what the cache saved.
import type { RequestRow } from "../../../src/server/contract";
import { formatCount, formatMoney } from "../../format";

export function TokenFigures({ row }: { row: RequestRow }) {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, reasoning, estimated } = row.tokens;
  const kinds = (
    [
      ["cache-read", "read from the cache", cacheRead],
      ["cache-write", "written to the cache", sum(cacheWrite5m, cacheWrite1h)],
      ["fresh", "fresh input", input],
      ["output", "output", output],
    ] as const
  ).filter((kind) => kind[2] !== null && kind[2] > 0);
  if (kinds.length === 0 && row.costUsd === null) {
    const isUnknown = row.endpoint === "messages" && row.state === "complete";
    return isUnknown ? <p class="quiet">Tokens and cost are unknown: the answer did not tell them.</p> : null;
  }
  return (
    <section class="token-figures" aria-label="Tokens and cost">
      <div class="token-bar" aria-hidden="true">
        {kinds.map(([name, , count]) => (
          <i key={name} class={`token-${name}`} style={{ flexGrow: count ?? 0 }} />
        ))}
      </div>
      <dl class="token-list">
        {kinds.map(([name, words, count]) => (
          <div key={name}>
            <dt>
              <i class={`swatch token-${name}`} />
              {words}
            </dt>
            <dd>{formatCount(count ?? 0)}</dd>
          </div>
        ))}
        {reasoning === null || reasoning === 0 ? null : (
          <div>
            <dt class="quiet">of the output, reasoning</dt>
            <dd>{formatCount(reasoning)}</dd>
          </div>
        )}
        <div>
          <dt>
            <strong>Cost</strong>
            {estimated ? <span class="quiet"> · tokens estimated here</span> : null}
          </dt>
          <dd>
            <strong>{row.costUsd === null ? "no price known" : formatMoney(row.costUsd)}</strong>
          </dd>
        </div>
        {row.cacheSavedUsd === null || row.cacheSavedUsd === 0 ? null : (
          <div>
            <dt class="quiet">
              {row.cacheSavedUsd > 0 ? "saved by the cache" : "spent on the cache, for later"}
            </dt>
            <dd>{formatMoney(Math.abs(row.cacheSavedUsd))}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function sum(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}
