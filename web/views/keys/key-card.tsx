// One key: who it is, how it is, what is left of its limits, what it did today, and what can be done to it.
import type { JSX } from "preact";
import type { KeyView } from "../../../src/server/contract";
import { removeKey } from "../../actions/remove-key";
import { setKeyOrder } from "../../actions/set-key-order";
import { formatCount, formatMoney } from "../../format";
import { badgeOf, describeKind, describeSource, mainProfile } from "../../keys";
import { usePage } from "../../page";
import { useIsLocked } from "../../parts/config-banner";
import { CooldownLine } from "../../parts/cooldown-line";
import { Ago } from "../../parts/countdown";
import { Icon } from "../../parts/icon";
import { KeyActions } from "../../parts/key-actions";
import { StateWord, stateWordOf } from "../../parts/state-glyph";
import { ViewLink } from "../../parts/view-link";
import { TestButton, TestResult } from "./key-test";
import { LimitMeters } from "./limit-meters";
import { useKeyTest } from "./use-key-test";

export interface KeyCardProps {
  keyView: KeyView;
  handle: JSX.Element;
  /** In the order; null: it is not part of it. */
  position: number | null;
}

export function KeyCard({ keyView, handle, position }: KeyCardProps) {
  const test = useKeyTest(keyView.id);
  return (
    <>
      <div class="key-grip">
        {handle}
        {position === null ? null : <span class="key-position">{position}</span>}
      </div>
      <KeyIdentity keyView={keyView} />
      <KeyCondition keyView={keyView} />
      <LimitMeters limits={keyView.limits} />
      <KeyToday keyView={keyView} />
      <div class="key-card-actions">
        <KeyActions keyView={keyView}>
          <TestButton test={test} label={keyView.label} plain />
          <CardButtons keyView={keyView} isOutside={position === null} />
        </KeyActions>
        <TestResult test={test} />
      </div>
    </>
  );
}

function CardButtons({ keyView, isOutside }: { keyView: KeyView; isOutside: boolean }) {
  const page = usePage();
  const isLocked = useIsLocked();
  const { id, label } = keyView;
  const include = () => {
    const profile = mainProfile(page.model.peek()?.profiles ?? []);
    if (profile !== null) void setKeyOrder(page, profile, [...profile.keyOrder, id]);
  };
  return (
    <>
      <button
        type="button"
        class="button plain small"
        aria-label={`Edit ${label}`}
        disabled={isLocked}
        onClick={() => page.router.setQuery({ edit: id })}
      >
        <Icon name="edit" />
        Edit
      </button>
      {isOutside ? (
        <button type="button" class="button small" disabled={isLocked} onClick={include}>
          <Icon name="add" />
          Use it
        </button>
      ) : null}
      <button
        type="button"
        class="button plain small icon-only"
        aria-label={`Remove ${label}`}
        title="Remove; can be undone"
        disabled={isLocked}
        onClick={() => void removeKey(page, keyView)}
      >
        <Icon name="remove" />
      </button>
    </>
  );
}

function KeyIdentity({ keyView }: { keyView: KeyView }) {
  const { id, label, token, source, baseUrl, api, group } = keyView;
  return (
    <div class="key-identity">
      <div class="key-name">
        <strong class="cut" title={label}>
          {label}
        </strong>
        <span class={`badge ${badgeOf(keyView)}`}>{describeKind(keyView)}</span>
      </div>
      <p class="key-token">
        {label === id ? null : (
          <>
            <code>{id}</code> ·{" "}
          </>
        )}
        {source === "config" ? (
          <>
            <code>{token}</code> <span class="quiet">in the config file</span>
          </>
        ) : (
          describeSource(keyView)
        )}
      </p>
      {baseUrl === null ? null : (
        <p class="key-extra">
          at <code>{baseUrl}</code>
          {api === null ? null : <span class="quiet"> ({apiWords[api]})</span>}
        </p>
      )}
      {group === null ? null : (
        <p class="key-extra">
          shares its limits with group <strong>{group}</strong>
        </p>
      )}
    </div>
  );
}

const apiWords = { responses: "Responses", chat: "Chat Completions" };

function KeyCondition({ keyView }: { keyView: KeyView }) {
  const { state, cooldowns, serving, reason, lastUsedAt, provider } = keyView;
  const streams = serving.map(({ model, requests }) => (requests > 1 ? `${model} × ${requests}` : model));
  return (
    <div class="key-condition">
      <StateWord state={state} words={stateWordOf(keyView)} />
      {streams.length > 0 ? <p class="quiet cut">{streams.join(", ")}</p> : null}
      {cooldowns.length === 0 && reason !== null && reason !== "paused" ? (
        <p class="rest-why">{reason}</p>
      ) : null}
      {cooldowns.map((cooldown) => (
        <CooldownLine key={cooldown.model + cooldown.scope} cooldown={cooldown} provider={provider} />
      ))}
      {cooldowns.length === 0 && streams.length === 0 ? (
        <p class="quiet">
          {lastUsedAt === null ? (
            "not used yet"
          ) : (
            <>
              last used <Ago at={lastUsedAt} />
            </>
          )}
        </p>
      ) : null}
    </div>
  );
}

function KeyToday({ keyView }: { keyView: KeyView }) {
  const { id, today } = keyView;
  return (
    <p class="key-today">
      <ViewLink view="requests" query={{ key: id }} title="Its requests">
        <strong>{formatCount(today.requests)}</strong> {today.requests === 1 ? "request" : "requests"}
      </ViewLink>
      <span class="quiet">{formatMoney(today.costUsd)} today</span>
    </p>
  );
}
