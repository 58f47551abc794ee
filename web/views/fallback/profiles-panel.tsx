// The profiles: address, port, and which keys they ask in which order.
import { useComputed, useSignal } from "@preact/signals";
import type { KeyView, ProfileView } from "../../../src/server/contract";
import { setKeyOrder } from "../../actions/set-key-order";
import { usePage } from "../../page";
import { useIsLocked } from "../../parts/config-banner";
import { CopyButton } from "../../parts/copy-button";
import { Icon } from "../../parts/icon";
import { Segments } from "../../parts/segments";
import { SortableList } from "../../parts/sortable-list";
import { StateGlyph, stateWordOf } from "../../parts/state-glyph";
import { ProfileDialog } from "./profile-dialog";

export function ProfilesPanel() {
  const page = usePage();
  const isLocked = useIsLocked();
  /** The profile that is edited; "": a new one; null: none. */
  const edited = useSignal<string | null>(null);
  const profiles = useComputed(() => page.model.value?.profiles ?? []);
  const keys = useComputed(() => page.model.value?.keys ?? []);
  return (
    <section class="panel" aria-labelledby="profiles-title">
      <div class="panel-head">
        <h2 id="profiles-title">Profiles</h2>
        <button
          type="button"
          class="button small"
          disabled={isLocked}
          onClick={() => {
            edited.value = "";
          }}
        >
          <Icon name="add" />
          Add a profile
        </button>
      </div>
      <ul class="profile-list">
        {profiles.value.map((profile) => (
          <li key={profile.name} class="profile">
            <ProfileFacts
              profile={profile}
              onEdit={() => {
                edited.value = profile.name;
              }}
            />
            <KeyOrder profile={profile} keys={keys.value} />
          </li>
        ))}
      </ul>
      {edited.value === null ? null : (
        <ProfileDialog
          profile={profiles.value.find(({ name }) => name === edited.value) ?? null}
          onClose={() => {
            edited.value = null;
          }}
        />
      )}
    </section>
  );
}

function ProfileFacts({ profile, onEdit }: { profile: ProfileView; onEdit: () => void }) {
  const isLocked = useIsLocked();
  const { name, url, error, ownFallback } = profile;
  return (
    <div class="profile-facts">
      <div class="key-name">
        <strong class="cut">{name}</strong>
        <button
          type="button"
          class="button plain small icon-only"
          aria-label={`Edit profile ${name}`}
          title="Name, port, remove"
          disabled={isLocked}
          onClick={onEdit}
        >
          <Icon name="edit" />
        </button>
      </div>
      <span class="address">
        <code>{url}</code>
        <CopyButton text={url} what={`address of profile ${name}`} />
      </span>
      {error === null ? null : (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      {ownFallback ? <p class="quiet">Model chains of its own</p> : null}
    </div>
  );
}

const orderChoices = [
  ["every", "Every key"],
  ["own", "Own order"],
] as const;

function KeyOrder({ profile, keys }: { profile: ProfileView; keys: KeyView[] }) {
  const page = usePage();
  const isLocked = useIsLocked();
  const { name, keyOrder, explicitOrder } = profile;
  const byId = new Map(keys.map((key) => [key.id, key]));
  const order = keyOrder.filter((id) => byId.has(id));
  const left = keys.filter(({ id }) => !order.includes(id));
  const labelOf = (id: string) => byId.get(id)?.label ?? id;
  const set = (ids: string[] | null) => void setKeyOrder(page, profile, ids);
  if (keys.length === 0) return <p class="quiet">No key yet</p>;
  return (
    <div class="profile-order">
      <Segments
        label={`Keys of profile ${name}`}
        options={orderChoices}
        value={explicitOrder ? "own" : "every"}
        onChange={(choice) => {
          if (!isLocked && (choice === "own") !== explicitOrder) set(choice === "own" ? order : null);
        }}
      />
      <SortableList
        label={`Order of keys of profile ${name}`}
        class="order-list"
        itemClass="order-item"
        ids={order}
        nameOf={labelOf}
        disabled={isLocked}
        onOrder={set}
      >
        {(id, handle, index) => (
          <>
            {handle}
            <span class="key-position">{index + 1}</span>
            <KeyName keyView={byId.get(id)} id={id} />
            {explicitOrder && order.length > 1 ? (
              <button
                type="button"
                class="node-button"
                aria-label={`Do not use ${labelOf(id)} in profile ${name}`}
                title="Do not use it here"
                disabled={isLocked}
                onClick={() => set(order.filter((other) => other !== id))}
              >
                <Icon name="close" />
              </button>
            ) : null}
          </>
        )}
      </SortableList>
      {left.length === 0 ? null : (
        <div class="order-rest">
          <span class="quiet">Not used:</span>
          {left.map(({ id, label }) => (
            <button
              key={id}
              type="button"
              class="button small"
              aria-label={`Use ${label} in profile ${name}`}
              disabled={isLocked}
              onClick={() => set([...order, id])}
            >
              <Icon name="add" />
              <span class="cut">{label}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function KeyName({ keyView, id }: { keyView: KeyView | undefined; id: string }) {
  if (keyView === undefined) return <span>{id}</span>;
  return (
    <span class="order-name">
      <span class={`is-${keyView.state}`} title={stateWordOf(keyView)}>
        <StateGlyph state={keyView.state} />
      </span>
      <span class="cut">{keyView.label}</span>
      <span class="hidden-visually">{stateWordOf(keyView)}</span>
    </span>
  );
}
