// The sentence that says how things stand, the addresses to point clients at, and the last request.
import { useComputed } from "@preact/signals";
import { plural } from "../../format";
import { describeNow, isUsed, type Tone } from "../../headline";
import type { Model } from "../../model";
import { usePage } from "../../page";
import { CopyButton } from "../../parts/copy-button";
import { Ago, ClockTime, Countdown } from "../../parts/countdown";
import { ViewLink } from "../../parts/view-link";

export function HeadlineBlock() {
  const page = usePage();
  const headline = useComputed(() => {
    const model = page.model.value;
    // As text, so that equal sentences are one value and nothing is drawn anew.
    return model === null ? null : JSON.stringify(describeNow(model));
  });
  if (headline.value === null) return null;
  const { tone, title, detail, until } = JSON.parse(headline.value) as ReturnType<typeof describeNow>;
  return (
    <header class="headline">
      <ToneMark tone={tone} />
      <div class="headline-words">
        <h1 aria-live="polite">{title}</h1>
        {detail === null ? null : (
          <p class="headline-detail">
            {detail}
            {until === null ? null : (
              <>
                {" "}
                <strong>
                  <Countdown until={until} />
                </strong>{" "}
                (<ClockTime at={until} />)
              </>
            )}
          </p>
        )}
      </div>
      <div class="headline-side">
        <Addresses />
        <LastRequest />
      </div>
    </header>
  );
}

const marks: Record<Tone, string> = {
  ok: "m7 12.5 3.5 3.5L17 9",
  degraded: "M12 7v6M12 16.5h.01",
  down: "m8 8 8 8m0-8-8 8",
  idle: "M8 12h8",
};

function ToneMark({ tone }: { tone: Tone }) {
  return (
    <svg class={`tone-mark tone-${tone}`} viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="11" />
      <path d={marks[tone]} fill="none" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

const shownAddresses = 2;

function Addresses() {
  const page = usePage();
  const profiles = page.model.value?.profiles ?? [];
  const open = profiles.filter((profile) => profile.error === null);
  const more = open.length - shownAddresses;
  return (
    <div class="addresses">
      {open.slice(0, shownAddresses).map((profile) => (
        <span key={profile.name} class="address" title={`Base URL of profile ${profile.name}`}>
          {profiles.length > 1 ? <span class="address-name">{profile.name}</span> : null}
          <code>{profile.url}</code>
          <CopyButton text={profile.url} what={`address of profile ${profile.name}`} />
        </span>
      ))}
      {more > 0 ? <ViewLink view="fallback">{plural(more, "more profile")}</ViewLink> : null}
    </div>
  );
}

interface LastSeen {
  at: string;
  client: string;
}

function LastRequest() {
  const page = usePage();
  const last = useComputed(() => {
    const seen = page.model.value === null ? null : findLast(page.model.value);
    return seen === null ? null : `${seen.at} ${seen.client}`;
  });
  const used = useComputed(() => page.model.value !== null && isUsed(page.model.value));
  if (last.value === null) return <p class="quiet">{used.value ? "" : "No request yet"}</p>;
  const [at = "", ...client] = last.value.split(" ");
  return (
    <p class="quiet">
      Last request <Ago at={at} />
      {client.join(" ") === "" ? null : <> from {client.join(" ")}</>}
    </p>
  );
}

function findLast(model: Model): LastSeen | null {
  const [active, row] = [model.active[0], model.rows[0]];
  if (active === undefined) return row ?? null;
  return row === undefined || active.at > row.at ? active : row;
}
