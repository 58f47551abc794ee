// Everything that is known of one request: its story, where the time went, what it used and cost, what was said.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CapturedExchange, RequestRow } from "../../../src/server/contract";
import { ApiFailure, wordsOf } from "../../api";
import { formatDuration } from "../../format";
import { type Page, usePage } from "../../page";
import { CopyButton } from "../../parts/copy-button";
import { ClockTime } from "../../parts/countdown";
import { Dialog } from "../../parts/dialog";
import { serviceWords } from "../../parts/service-mark";
import { composeCurl } from "../../requests/compose-curl";
import { nameRequest } from "../../requests/name-request";
import type { RequestFeed } from "../../requests/request-feed";
import { tellStory } from "../../requests/tell-story";
import { ExchangeView } from "./exchange-view";
import { RequestFacts } from "./request-facts";
import { TokenFigures } from "./token-figures";
import { Waterfall } from "./waterfall-view";

export interface RequestSheetProps {
  id: string;
  feed: RequestFeed;
  onClose: () => void;
}

export function RequestSheet({ id, feed, onClose }: RequestSheetProps) {
  const page = usePage();
  const loaded = useSignal<RequestRow | null>(null);
  const failure = useSignal<string | null>(null);
  const exchange = useSignal<CapturedExchange | null>(null);
  const known = useComputed(() => feed.list.value.rows.find((row) => row.id === id) ?? loaded.value);
  const isActive = useComputed(() => page.model.value?.active.some((request) => request.id === id) ?? false);
  const row = known.value;
  useEffect(() => {
    if (known.peek() === null && !isActive.value)
      void loadRow(page, id).then(
        (found) => {
          loaded.value = found;
        },
        (error: unknown) => {
          failure.value = wordsOf(error);
        },
      );
  }, [page, id, isActive.value, known, loaded, failure]);
  const isDone = row !== null;
  const keeps = useComputed(() => page.model.value?.capture.on ?? false);
  useEffect(() => {
    if (isDone && keeps.value)
      void loadExchange(page, id).then((kept) => {
        exchange.value = kept;
      });
  }, [page, id, isDone, keeps.value, exchange]);
  const labels = new Map(page.model.peek()?.keys.map((key) => [key.id, key.label]));
  const labelOf = (key: string) => labels.get(key) ?? key;
  const url =
    page.model.peek()?.profiles.find((profile) => profile.name === row?.profile)?.url ?? location.origin;
  return (
    <Dialog
      title={row === null ? "Request" : nameRequest(row)}
      shape="sheet"
      onClose={onClose}
      foot={row === null ? undefined : <Foot row={row} curl={() => composeCurl(row, url, exchange.peek())} />}
    >
      {row === null ? (
        <Unknown failure={failure.value} isActive={isActive.value} />
      ) : (
        <div class="request-sheet">
          <p class="request-when quiet">
            <ClockTime at={row.at} /> · {serviceWords[row.service]} · {formatDuration(row.totalMs)}
          </p>
          <p class="request-story">{tellStory(row, labelOf)}</p>
          <Waterfall row={row} labelOf={labelOf} />
          <TokenFigures row={row} />
          <RequestFacts row={row} labelOf={labelOf} />
          {exchange.value === null ? null : <ExchangeView exchange={exchange.value} />}
        </div>
      )}
    </Dialog>
  );
}

function Foot({ row, curl }: { row: RequestRow; curl: () => string }) {
  return (
    <>
      <CopyButton text={row.id} what="request id" label="Copy id" />
      <CopyButton text={curl} what="as curl, without secrets" label="Copy as curl" />
    </>
  );
}

function Unknown({ failure, isActive }: { failure: string | null; isActive: boolean }) {
  if (isActive) {
    return (
      <p role="status">
        <span class="waiting-dot" /> This request is still under way. Its details show here when it is done.
      </p>
    );
  }
  return failure === null ? <p class="quiet">Loading…</p> : <p role="alert">{failure}</p>;
}

function loadRow(page: Page, id: string): Promise<RequestRow> {
  return page.api.call<RequestRow>(`/requests/${encodeURIComponent(id)}`);
}

/** null where nothing was kept of it. */
async function loadExchange(page: Page, id: string): Promise<CapturedExchange | null> {
  try {
    return await page.api.call<CapturedExchange>(`/requests/${encodeURIComponent(id)}/bodies`);
  } catch (error) {
    if (error instanceof ApiFailure && error.status !== 404) page.toasts.show(error.words, { tone: "error" });
    return null;
  }
}
