// The feed of the Requests view: no row is lost between a page from the API and the events.
import { expect, test } from "bun:test";
import type { RequestPage, RequestRow } from "../../src/server/contract";
import type { Page } from "../../web/page";
import { RequestFeed } from "../../web/requests/request-feed";
import { requestRow } from "../support/request-rows";

test("what finishes while the first page is on its way is on top of it", async () => {
  const answer = Promise.withResolvers<RequestPage>();
  let tell = (_rows: RequestRow[]) => {};
  const feed = new RequestFeed({
    api: { call: () => answer.promise },
    onRows: (listener: typeof tell) => {
      tell = listener;
      return () => {};
    },
    onSnapshot: () => () => {},
  } as unknown as Page);
  feed.start();
  const [old, both, fresh] = [1, 2, 3].map((at) => requestRow({ at })) as [
    RequestRow,
    RequestRow,
    RequestRow,
  ];
  const loaded = feed.load({});
  tell([both, fresh]);
  answer.resolve({ rows: [both, old], next: null });
  await loaded;
  expect(feed.list.value.rows.map((row) => row.id)).toEqual([fresh.id, both.id, old.id]);
});
