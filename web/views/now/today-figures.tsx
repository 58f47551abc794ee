// Today in figures: how requests were served, what it cost, what the cache saved, what clients were spared.
import { useComputed } from "@preact/signals";
import type { Totals } from "../../../src/server/contract";
import { formatCount, formatMoney, formatShare, formatShort } from "../../format";
import { usePage } from "../../page";
import { ViewLink } from "../../parts/view-link";
import { cacheShare, inputTokens } from "../../usage/metrics";

const services = [
  ["asked", "as asked", "asked"],
  ["rotated", "rotated", "rotated"],
  ["fellBack", "fell back", "fell_back"],
  ["failed", "failed", "failed"],
  ["cancelled", "left by the client", "cancelled"],
] as const;

export function TodayFigures() {
  const page = usePage();
  const today = useComputed(() => page.model.value?.today ?? null);
  if (today.value === null) return null;
  const totals = today.value;
  return (
    <section class="panel today" aria-label="Today">
      <div class="panel-head">
        <h2>Today</h2>
        <ViewLink view="usage">Usage</ViewLink>
      </div>
      <div class="panel-body">
        <p class="today-count">
          <strong>{formatCount(totals.requests)}</strong> {totals.requests === 1 ? "request" : "requests"}
        </p>
        <ServiceBar totals={totals} />
        <dl class="services">
          {services
            .filter(([field]) => field !== "cancelled" || totals.cancelled > 0)
            .map(([field, words, service]) => (
              <div key={field}>
                <dt>
                  <i class={`swatch bar-${field}`} />
                  <ViewLink view="requests" query={{ service, endpoint: "messages" }}>
                    {words}
                  </ViewLink>
                </dt>
                <dd>
                  <strong>{formatCount(totals[field])}</strong>{" "}
                  <span class="quiet">{formatShare(totals[field] / totals.requests)}</span>
                </dd>
              </div>
            ))}
        </dl>
        <dl class="big-figures">
          <div>
            <dt>Cost</dt>
            <dd>{formatMoney(totals.costUsd)}</dd>
            <dd class="quiet">
              {totals.unpriced > 0 ? (
                `${formatCount(totals.unpriced)} without a price`
              ) : (
                <Tokens totals={totals} />
              )}
            </dd>
          </div>
          <div>
            <dt>Cache share</dt>
            <dd>{formatShare(cacheShare(totals))}</dd>
            <dd class="quiet">
              {totals.cacheSavedUsd > 0 ? `saved ${formatMoney(totals.cacheSavedUsd)}` : "of input tokens"}
            </dd>
          </div>
          <div>
            <dt>Errors spared</dt>
            <dd>{formatCount(totals.hiddenErrors)}</dd>
            <dd class="quiet">your client never saw</dd>
          </div>
        </dl>
      </div>
    </section>
  );
}

function Tokens({ totals }: { totals: Totals }) {
  return (
    <>
      {formatShort(inputTokens(totals))} in, {formatShort(totals.outputTokens)} out
    </>
  );
}

function ServiceBar({ totals }: { totals: Totals }) {
  if (totals.requests === 0) return <div class="service-bar" />;
  return (
    <div class="service-bar" aria-hidden="true">
      {services.map(([field]) =>
        totals[field] === 0 ? null : (
          <i key={field} class={`bar-${field}`} style={{ flexGrow: totals[field] }} />
        ),
      )}
    </div>
  );
}
