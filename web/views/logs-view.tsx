// The log as it is written: filtered by the address, the newest line last, following as long as its end is in sight.
import { useComputed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { LogFeed, type LogQuery } from "../logs/log-feed";
import { usePage } from "../page";
import { LogFilterBar } from "./logs/log-filter-bar";
import { LogLines } from "./logs/log-lines";

export function LogsView() {
  const page = usePage();
  const query = useComputed(() => {
    const at = page.router.query.value;
    const chosen: LogQuery = {
      level: at.get("level"),
      key: at.get("key"),
      request: at.get("request"),
      search: at.get("search"),
    };
    return JSON.stringify(chosen);
  });
  const feed = useMemo(() => new LogFeed(JSON.parse(query.value)), [query.value]);
  useEffect(() => feed.start(), [feed]);
  return (
    <div class="view logs">
      <div class="view-head">
        <h1>Logs</h1>
      </div>
      <LogFilterBar />
      <LogLines feed={feed} />
    </div>
  );
}
