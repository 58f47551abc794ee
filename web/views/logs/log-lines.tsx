// The lines themselves. The view stays at the end while the end is in sight, and where it is otherwise.
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { LogLine } from "../../../src/server/contract";
import type { LogFeed } from "../../logs/log-feed";
import { formatField, type NumberedLine } from "../../logs/log-list";
import { usePage } from "../../page";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { ViewLink } from "../../parts/view-link";

const nearPx = 30;

export function LogLines({ feed }: { feed: LogFeed }) {
  const ref = useRef<HTMLDivElement>(null);
  const follows = useSignal(true);
  const lines = feed.lines.value;
  useLayoutEffect(() => {
    if (follows.peek()) ref.current?.scrollTo({ top: ref.current.scrollHeight });
  }, [lines, follows]);
  const toEnd = () => {
    follows.value = true;
    ref.current?.scrollTo({ top: ref.current.scrollHeight });
  };
  return (
    <section class="panel log-panel" aria-label="Log">
      <div
        ref={ref}
        class="log-scroller"
        role="log"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard.
        tabIndex={0}
        aria-label="Log lines, the newest last"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          follows.value = scrollHeight - scrollTop - clientHeight < nearPx;
        }}
      >
        {lines.length === 0 ? (
          <NoLines feed={feed} />
        ) : (
          lines.map((line) => <Line key={line.number} of={line} />)
        )}
      </div>
      {follows.value || lines.length === 0 ? null : (
        <button type="button" class="button small to-end" onClick={toEnd}>
          <Icon name="down" />
          To the newest
        </button>
      )}
    </section>
  );
}

function NoLines({ feed }: { feed: LogFeed }) {
  const { router } = usePage();
  if (feed.link.value.state !== "live") return null;
  if (router.query.value.size === 0) return <Empty icon="logs" title="Nothing has been logged yet" />;
  return (
    <Empty icon="search" title="No line fits the filter">
      <p>
        What is logged at all is set by <code>logLevel</code> in the config.
      </p>
    </Empty>
  );
}

function Line({ of: { line } }: { of: NumberedLine }) {
  return (
    <div class={`log-entry level-${line.level}`}>
      <LineTime line={line} />
      <span class="log-level">{line.level}</span>
      <span class="log-text">
        {line.message}
        {Object.entries(line.fields).map(([name, value]) => (
          <Field key={name} name={name} value={value} />
        ))}
      </span>
    </div>
  );
}

function LineTime({ line }: { line: LogLine }) {
  const { time } = line;
  if (time === null) return <span class="log-at" />;
  const date = new Date(time);
  return (
    <time class="log-at" dateTime={time} title={date.toLocaleString()}>
      {date.toTimeString().slice(0, 8)}
    </time>
  );
}

function Field({ name, value }: { name: string; value: unknown }) {
  const text = formatField(value);
  const isRequest = typeof value === "string" && value.startsWith("req_cf_");
  return (
    <span class="log-field">
      {" "}
      <span class="quiet">{name}=</span>
      {isRequest ? (
        <ViewLink view="requests" query={{ request: value }}>
          {text}
        </ViewLink>
      ) : (
        text
      )}
    </span>
  );
}
