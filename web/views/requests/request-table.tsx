// The live table. It stands still while somebody points at it, is inside it with the keyboard, or has scrolled down.
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { plural } from "../../format";
import { usePage } from "../../page";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { useMedia } from "../../parts/use-media";
import { ViewLink } from "../../parts/view-link";
import { VirtualRows } from "../../parts/virtual-rows";
import type { RequestFeed } from "../../requests/request-feed";
import { RequestLine } from "./request-line";

const columns = ["Time", "Model", "Attempts", "Client", "Tokens", "Cost", "First byte", "Total"];
const wideRow = 36;
const narrowRow = 62;

export function RequestTable({ feed, isOpen }: { feed: RequestFeed; isOpen: boolean }) {
  const page = usePage();
  const scroller = useRef<HTMLDivElement>(null);
  const paused = useSignal(false);
  const pointed = useSignal(false);
  const scrolled = useSignal(false);
  const holds = useComputed(() => paused.value || pointed.value || scrolled.value);
  useSignalEffect(() => feed.hold(holds.value || isOpen));
  useEffect(() => feed.hold(holds.peek() || isOpen), [feed, holds, isOpen]);
  const togglePause = useCallback(() => {
    paused.value = !paused.peek();
  }, [paused]);
  useEffect(
    () => page.keyboard.add([{ keys: "p", words: "Hold the list, or let it go on", run: togglePause }]),
    [page, togglePause],
  );
  const isWide = useMedia("(min-width: 60rem)");
  const { rows, next } = feed.list.value;
  const more = useCallback(() => void feed.loadMore(), [feed]);
  const toTop = () => {
    paused.value = false;
    scroller.current?.scrollTo({ top: 0 });
    feed.hold(false);
  };
  if (rows.length === 0) return <NoRows feed={feed} />;
  return (
    <section class="panel request-panel" aria-label="Requests">
      <HoldBar feed={feed} paused={paused.value} onPause={togglePause} onShow={toTop} />
      <div
        ref={scroller}
        class="request-scroller"
        role="table"
        aria-label="Requests, the newest first"
        aria-rowcount={next === null ? rows.length + 1 : -1}
        onPointerEnter={(event) => {
          pointed.value = event.pointerType === "mouse";
        }}
        onPointerLeave={() => {
          pointed.value = false;
        }}
        onFocusIn={() => {
          pointed.value = true;
        }}
        onFocusOut={() => {
          pointed.value = false;
        }}
        onScroll={(event) => {
          scrolled.value = event.currentTarget.scrollTop > 4;
        }}
      >
        <div class="request-row request-head" role="row" aria-rowindex={1}>
          {columns.map((column, index) => (
            <span key={column} role="columnheader" class={index > 3 ? "number" : undefined}>
              {column}
            </span>
          ))}
        </div>
        <VirtualRows
          items={rows}
          rowHeight={isWide.value ? wideRow : narrowRow}
          scroller={scroller}
          onEnd={more}
          renderRow={(row, index) => <RequestLine key={row.id} row={row} index={index + 2} />}
        />
      </div>
      <LoadState feed={feed} />
    </section>
  );
}

interface HoldBarProps {
  feed: RequestFeed;
  paused: boolean;
  onPause: () => void;
  onShow: () => void;
}

function HoldBar({ feed, paused, onPause, onShow }: HoldBarProps) {
  const waiting = feed.list.value.held.length;
  return (
    <div class="hold-bar">
      <button type="button" class="button plain small" aria-pressed={paused} onClick={onPause}>
        <Icon name={paused ? "play" : "pause"} />
        {paused ? "Held" : "Hold"}
      </button>
      {waiting === 0 ? (
        <span class="quiet hold-hint">
          {paused ? "The list stands still." : "Live. It waits while you point at it."}
        </span>
      ) : (
        <button type="button" class="button small" onClick={onShow}>
          <Icon name="up" />
          {plural(waiting, "new request")}
        </button>
      )}
      <span class="quiet shown-count">{plural(feed.list.value.rows.length, "row")}</span>
    </div>
  );
}

function LoadState({ feed }: { feed: RequestFeed }) {
  if (feed.failure.value !== null) {
    return (
      <p class="load-state" role="alert">
        {feed.failure.value}{" "}
        <button type="button" class="button small" onClick={() => feed.retry()}>
          Try again
        </button>
      </p>
    );
  }
  return feed.busy.value ? <p class="load-state quiet">Loading older requests…</p> : null;
}

function NoRows({ feed }: { feed: RequestFeed }) {
  const { router } = usePage();
  if (feed.failure.value !== null) return <LoadState feed={feed} />;
  if (feed.busy.value) return <section class="panel request-panel" aria-busy="true" />;
  const filtered = [...router.query.value.keys()].some((name) => name !== "request");
  return (
    <section class="panel">
      {filtered ? (
        <Empty icon="search" title="No request fits the filter">
          <p>Requests that fit show here as they come.</p>
        </Empty>
      ) : (
        <Empty icon="requests" title="Listening for the first request…">
          <p>Point a client at this proxy; its requests show here as they happen.</p>
          <ViewLink view="setup" class="button">
            Set up a client
          </ViewLink>
        </Empty>
      )}
    </section>
  );
}
