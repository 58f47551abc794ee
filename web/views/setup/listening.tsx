// Says whether requests arrive at a profile's port; the moment the first one does, so does this.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ActiveRequest, ProfileView, RequestRow } from "../../../src/server/contract";
import { usePage } from "../../page";
import { CopyButton } from "../../parts/copy-button";
import { Ago } from "../../parts/countdown";
import { Icon } from "../../parts/icon";
import { nameRequest } from "../../requests/name-request";

interface Seen {
  at: string;
  client: string;
  /** What was asked for. */
  name: string;
}

function nameOf(seen: ActiveRequest | RequestRow): string {
  return "target" in seen ? nameRequest(seen) : seen.modelAsked;
}

export function Listening({ profile }: { profile: ProfileView }) {
  const page = usePage();
  const { name, url, error } = profile;
  // As text, so that equal states are one value and nothing is drawn anew.
  const last = useComputed(() => {
    const model = page.model.value;
    const active = model?.active.find((request) => request.profile === name);
    const row = model?.rows.find((one) => one.profile === name);
    const seen = active === undefined || (row !== undefined && row.at > active.at) ? row : active;
    return seen === undefined ? "" : JSON.stringify({ at: seen.at, client: seen.client, name: nameOf(seen) });
  });
  /** The profile whose first request somebody has waited for here. */
  const waitedFor = useSignal<string | null>(null);
  useEffect(() => {
    if (last.value === "") waitedFor.value = name;
  }, [name, last.value, waitedFor]);
  const isFirst = waitedFor.value === name;
  const seen = last.value === "" ? null : (JSON.parse(last.value) as Seen);
  return (
    <section class={`panel listening${seen === null ? "" : " arrived"}`} aria-label="Requests">
      <div class="listening-words" role="status">
        {error !== null ? (
          <p class="wrong">{error}</p>
        ) : seen === null ? (
          <p>
            <span class="waiting-dot" /> <strong>Listening for the first request…</strong>
          </p>
        ) : (
          <p>
            <Icon name="check" /> <strong>{isFirst ? "The first request arrived" : "In use"}</strong>
          </p>
        )}
        {seen === null ? null : (
          <p class="quiet">
            {isFirst ? "" : "last request "}
            <Ago at={seen.at} /> from {seen.client === "" ? "an unnamed client" : seen.client} for {seen.name}
          </p>
        )}
      </div>
      <span class="address">
        <code>{url}</code>
        <CopyButton text={url} what="address" />
      </span>
    </section>
  );
}
