// The keys in the order in which the main profile asks them, then those that it does not use.
import { useComputed } from "@preact/signals";
import type { KeyView, ProfileView } from "../../../src/server/contract";
import { setKeyOrder } from "../../actions/set-key-order";
import { mainProfile } from "../../keys";
import { usePage } from "../../page";
import { useIsLocked } from "../../parts/config-banner";
import { SortableList } from "../../parts/sortable-list";
import { ViewLink } from "../../parts/view-link";
import { KeyCard } from "./key-card";

export function KeyList() {
  const page = usePage();
  const keys = useComputed(() => page.model.value?.keys ?? []);
  const profile = useComputed(() => mainProfile(page.model.value?.profiles ?? []));
  const count = useComputed(() => page.model.value?.profiles.length ?? 0);
  const isLocked = useIsLocked();
  const known = new Map(keys.value.map((key) => [key.id, key]));
  const order = (profile.value?.keyOrder ?? []).filter((id) => known.has(id));
  const others = keys.value.filter(({ id }) => !order.includes(id));
  return (
    <>
      <section class="panel" aria-label="Keys in order">
        <div class="panel-head">
          <OrderWords profile={profile.value} profiles={count.value} />
        </div>
        <SortableList
          label="Keys in the order in which they are asked"
          class="key-cards"
          itemClass="key-card"
          ids={order}
          nameOf={(id) => known.get(id)?.label ?? id}
          disabled={isLocked}
          onOrder={(ids) => {
            if (profile.value !== null) void setKeyOrder(page, profile.value, ids);
          }}
        >
          {(id, handle, index) => (
            <KeyCard keyView={known.get(id) as KeyView} handle={handle} position={index + 1} />
          )}
        </SortableList>
      </section>
      {others.length === 0 || profile.value === null ? null : (
        <section class="panel" aria-label="Keys outside the order">
          <div class="panel-head">
            <h2>Not used by profile {profile.value.name}</h2>
          </div>
          <ul class="key-cards">
            {others.map((key) => (
              <li key={key.id} class="key-card">
                <KeyCard keyView={key} handle={<span />} position={null} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function OrderWords({ profile, profiles }: { profile: ProfileView | null; profiles: number }) {
  if (profile === null) return <p class="quiet">No profile</p>;
  return (
    <p class="order-words">
      {profile.explicitOrder ? "Asked in this order" : "Every key is used, in this order"}
      {profiles > 1 ? (
        <>
          {" "}
          by profile <strong>{profile.name}</strong>. Each profile can have its own:{" "}
          <ViewLink view="fallback">Fallback</ViewLink>
        </>
      ) : (
        ". Drag to change it, or use the arrow keys on a handle."
      )}
    </p>
  );
}
