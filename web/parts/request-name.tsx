// What a request asked for, on one line: the model and what served in its place, or the route of what names no model.
import type { RequestRow } from "../../src/server/contract";
import { nameRequest } from "../requests/name-request";
import { ModelName } from "./model-name";

export function RequestName({ row }: { row: RequestRow }) {
  const name = nameRequest(row);
  if (row.target !== null || row.modelAsked === "") {
    return (
      <span class={row.target === null ? "quiet" : "model"} title={name}>
        {name}
      </span>
    );
  }
  return (
    <>
      <ModelName asked={row.modelAsked} served={row.modelServed} />
      {row.endpoint === "count_tokens" ? (
        <>
          {" "}
          <span class="chip">count</span>
        </>
      ) : null}
    </>
  );
}
