// Every request with the trail of its attempts: live, filtered by the address, one of them open in a sheet.
import { useComputed } from "@preact/signals";
import { useCallback, useEffect, useMemo } from "preact/hooks";
import { usePage } from "../page";
import { RequestFeed } from "../requests/request-feed";
import { readFilter } from "../requests/request-list";
import { CaptureSwitch } from "./requests/capture-switch";
import { FilterBar } from "./requests/filter-bar";
import { RequestSheet } from "./requests/request-sheet";
import { RequestTable } from "./requests/request-table";

export function RequestsView() {
  const page = usePage();
  const feed = useMemo(() => new RequestFeed(page), [page]);
  useEffect(() => feed.start(), [feed]);
  const filter = useComputed(() => JSON.stringify(readFilter(page.router.query.value)));
  useEffect(() => {
    void feed.load(JSON.parse(filter.value));
  }, [feed, filter.value]);
  const open = useComputed(() => page.router.query.value.get("request"));
  const close = useCallback(() => page.router.setQuery({ request: null }), [page]);
  return (
    <div class="view requests">
      <div class="view-head">
        <h1>Requests</h1>
        <CaptureSwitch />
      </div>
      <FilterBar />
      <RequestTable feed={feed} isOpen={open.value !== null} />
      {open.value === null ? null : (
        <RequestSheet key={open.value} id={open.value} feed={feed} onClose={close} />
      )}
    </div>
  );
}
