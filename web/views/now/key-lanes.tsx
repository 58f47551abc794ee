// The keys, each with its state and its band of time, above the requests on the same axis.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { usePage } from "../../page";
import { Empty } from "../../parts/empty";
import { KeyActions } from "../../parts/key-actions";
import { Segments } from "../../parts/segments";
import { ViewLink } from "../../parts/view-link";
import { Band } from "../../timeline/band";
import { Histogram } from "../../timeline/histogram";
import type { Plot } from "../../timeline/plot";
import { Readout } from "../../timeline/readout";
import { TimelineFeed, type Window } from "../../timeline/timeline-feed";
import { TimelineTable } from "../../timeline/timeline-table";
import { KeyFacts } from "./key-facts";

const windowNames: readonly (readonly [Window, string])[] = [
  ["15m", "15 min"],
  ["1h", "1 h"],
  ["24h", "24 h"],
];

export function KeyLanes() {
  const page = usePage();
  const feed = useMemo(() => new TimelineFeed(page), [page]);
  useEffect(() => feed.start(), [feed]);
  const cursor = useSignal<number | null>(null);
  const plot: Plot = useMemo(() => ({ track: feed.track, cursor }), [feed, cursor]);
  const showsTable = useSignal(false);
  const keys = useComputed(() => page.model.value?.keys ?? []);
  if (keys.value.length === 0) return <NoKeys />;
  return (
    <section class="panel lanes" aria-label="Keys">
      <div class="panel-head">
        <h2>Keys</h2>
        <div class="panel-tools">
          <button
            type="button"
            class="button plain small"
            aria-expanded={showsTable.value}
            onClick={() => {
              showsTable.value = !showsTable.value;
            }}
          >
            {showsTable.value ? "Hide table" : "As a table"}
          </button>
          <Segments
            label="Window of time"
            options={windowNames}
            value={feed.window.value}
            onChange={(window) => feed.choose(window)}
          />
        </div>
      </div>
      <ul class="lane-list">
        {keys.value.map((key) => (
          <li key={key.id} class="lane">
            <KeyFacts keyView={key} />
            <Band plot={plot} keyId={key.id} />
            <KeyActions keyView={key} />
          </li>
        ))}
      </ul>
      <div class="lane lane-foot">
        <span class="lane-caption">Requests</span>
        <Histogram plot={plot} />
      </div>
      <Readout plot={plot} />
      {feed.failure.value === null || page.link.value.state === "lost" ? null : (
        <p class="lane-failure quiet">The timeline could not be loaded: {feed.failure.value}</p>
      )}
      {showsTable.value && plot.track.value !== null ? <TimelineTable track={plot.track.value} /> : null}
    </section>
  );
}

function NoKeys() {
  return (
    <section class="panel">
      <Empty icon="keys" title="Add your first key">
        <p>
          With one key the proxy waits out short limits. With two or more it goes on with the next one when
          the first runs into its limit.
        </p>
        <ViewLink view="keys" query={{ add: "1" }} class="button primary">
          Add a key
        </ViewLink>
        <p class="quiet">
          or on the command line: <code>cf add-key</code>
        </p>
      </Empty>
    </section>
  );
}
