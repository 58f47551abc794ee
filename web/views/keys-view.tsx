// The view "Keys": the keys in their order, each with its state, limits and day, and everything that can be done to it.
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { usePage } from "../page";
import { ConfigBanner, useIsLocked } from "../parts/config-banner";
import { Empty } from "../parts/empty";
import { Icon } from "../parts/icon";
import { Notice } from "../parts/notice";
import { AddKeyDialog } from "./keys/add-key-dialog";
import { EditKeyDialog } from "./keys/edit-key-dialog";
import { KeyList } from "./keys/key-list";

export function KeysView() {
  const page = usePage();
  const { router } = page;
  useEffect(() => page.config.follow(), [page]);
  useEffect(
    () =>
      page.keyboard.add([
        { keys: "a", words: "Add a key", run: () => router.setQuery({ add: "1", edit: null }) },
      ]),
    [page, router],
  );
  const isLoaded = useComputed(() => page.model.value !== null);
  const keys = useComputed(() => page.model.value?.keys ?? []);
  const query = router.query.value;
  const edited = keys.value.find(({ id }) => id === query.get("edit"));
  const close = () => router.setQuery({ add: null, edit: null });
  if (!isLoaded.value) return <div class="view" aria-busy="true" />;
  return (
    <div class="view keys">
      <div class="view-head">
        <h1>Keys</h1>
        {keys.value.length === 0 ? null : <AddButton />}
      </div>
      <ConfigBanner />
      <SharedOrganization />
      {keys.value.length === 0 ? <NoKeys /> : <KeyList />}
      {query.get("add") === null ? null : <AddKeyDialog onClose={close} />}
      {edited === undefined ? null : <EditKeyDialog key={edited.id} keyView={edited} onClose={close} />}
    </div>
  );
}

function AddButton() {
  const { router } = usePage();
  const isLocked = useIsLocked();
  return (
    <button
      type="button"
      class="button primary"
      disabled={isLocked}
      onClick={() => router.setQuery({ add: "1" })}
    >
      <Icon name="add" />
      Add a key
    </button>
  );
}

function NoKeys() {
  return (
    <section class="panel">
      <Empty icon="keys" title="No key yet">
        <p>
          Paste an Anthropic API key or subscription token, or an OpenAI key as the last resort. With two or
          more, the proxy goes on with the next one when the first runs into its limit.
        </p>
        <AddButton />
        <p class="quiet">
          or on the command line: <code>cf add-key</code>
        </p>
      </Empty>
    </section>
  );
}

function SharedOrganization() {
  const page = usePage();
  const warnings = page.model.value?.warnings ?? [];
  const shared = warnings.filter(({ code }) => code === "shared_organization");
  return (
    <>
      {shared.map(({ title, remedy, severity }) => (
        <Notice key={title} severity={severity} title={title}>
          {remedy}
        </Notice>
      ))}
    </>
  );
}
