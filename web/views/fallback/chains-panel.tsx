// The chains of models, drawn as chains: the shared ones or a profile's own; each is edited by itself.
import { useComputed, useSignal } from "@preact/signals";
import type { ConfigPatch } from "../../../src/server/contract";
import {
  diffTables,
  follow,
  listChains,
  longestChain,
  otherChainsChanged,
  type Table,
  toTable,
} from "../../chains/chains";
import { isObject, valueAt } from "../../config/merge-patch";
import { usePage } from "../../page";
import { useIsLocked } from "../../parts/config-banner";
import { Dialog } from "../../parts/dialog";
import { Empty } from "../../parts/empty";
import { Icon } from "../../parts/icon";
import { shortModel } from "../../parts/model-name";
import { AddModelDialog, type AddModelPlace } from "./add-model-dialog";
import { ChainRow } from "./chain-row";

/** An edit that would change other chains too, and waits for a word. */
interface Doubt {
  before: Table;
  after: Table;
  others: string[];
  go: () => void;
}

export function ChainsPanel() {
  const page = usePage();
  const isLocked = useIsLocked();
  const adding = useSignal<AddModelPlace | null>(null);
  const doubt = useSignal<Doubt | null>(null);
  const profiles = useComputed(() => page.model.value?.profiles.map(({ name }) => name) ?? []);
  const named = page.router.query.value.get("chains");
  const scope = profiles.value.find((name) => name === named) ?? null;
  const { table, isOwn } = useTable(scope);
  const chains = listChains(table);
  const isReadOnly = isLocked || !isOwn;

  const write = (after: Table, words: string) => {
    const changes = diffTables(table, after);
    if (Object.keys(changes).length === 0) return;
    const patch: ConfigPatch =
      scope === null ? { modelFallback: changes } : { profiles: { [scope]: { modelFallback: changes } } };
    void page.config.change(patch, words);
  };
  /** Makes an edit of the chain of `head`, at once unless it reaches into other chains. */
  const edit = (head: string, after: Table, words: string) => {
    const others = otherChainsChanged(table, after, head);
    if (others.length === 0) write(after, words);
    else doubt.value = { before: table, after, others, go: () => write(after, words) };
  };

  return (
    <section class="panel" aria-labelledby="chains-title">
      <div class="panel-head">
        <h2 id="chains-title">Model chains</h2>
        <ScopeChoice profiles={profiles.value} scope={scope} />
      </div>
      <div class="panel-body chains">
        <ScopeWords scope={scope} isOwn={isOwn} table={table} />
        {chains.length === 0 ? (
          <Empty icon="fallback" title="No chains">
            <p>
              When every key is out for the model that was asked for, the request goes on with the next model
              of its chain: from Opus to Sonnet, say.
            </p>
          </Empty>
        ) : null}
        {chains.map((chain) => (
          <ChainRow
            key={chain.head}
            chain={chain}
            table={table}
            isReadOnly={isReadOnly}
            onEdit={(after, words) => edit(chain.head, after, words)}
            onAdd={(position) => {
              adding.value = { head: chain.head, position };
            }}
          />
        ))}
        {isReadOnly ? null : (
          <div>
            <button
              type="button"
              class="button"
              onClick={() => {
                adding.value = { head: null, position: 1 };
              }}
            >
              <Icon name="add" />
              Add a chain
            </button>
          </div>
        )}
      </div>
      {adding.value === null ? null : (
        <AddModelDialog
          place={adding.value}
          table={table}
          onClose={() => {
            adding.value = null;
          }}
          onAdd={(head, after, words) => {
            adding.value = null;
            edit(head, after, words);
          }}
        />
      )}
      {doubt.value === null ? null : (
        <OtherChainsDialog
          doubt={doubt.value}
          onClose={() => {
            doubt.value = null;
          }}
        />
      )}
    </section>
  );
}

function useTable(scope: string | null): { table: Table; isOwn: boolean } {
  const { config } = usePage();
  const view = config.view.value;
  const shared = toTable(view?.effective.modelFallback ?? {});
  if (view === null || scope === null) return { table: shared, isOwn: true };
  const own = valueAt(view.document, "profiles", scope, "modelFallback");
  return isObject(own)
    ? { table: toTable(own as Record<string, string>), isOwn: true }
    : { table: shared, isOwn: false };
}

function ScopeChoice({ profiles, scope }: { profiles: string[]; scope: string | null }) {
  const { router } = usePage();
  return (
    <label class="scope-choice">
      <span class="quiet">for</span>
      <select
        class="field"
        aria-label="Whose chains"
        value={scope ?? ""}
        onChange={(event) => router.setQuery({ chains: event.currentTarget.value })}
      >
        <option value="">every profile (shared)</option>
        {profiles.map((name) => (
          <option key={name} value={name}>
            profile {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function ScopeWords({ scope, isOwn, table }: { scope: string | null; isOwn: boolean; table: Table }) {
  const page = usePage();
  const isLocked = useIsLocked();
  if (scope === null) {
    const own = (page.model.value?.profiles ?? []).filter(({ ownFallback }) => ownFallback);
    const names = own.map(({ name }) => name).join(", ");
    return (
      <p class="quiet">
        When no key can serve the first model, the next one is asked: {longestChain} models in all at most.
        {own.length > 0
          ? ` These hold for every profile but ${names}, which ${own.length > 1 ? "have" : "has"} chains of ${own.length > 1 ? "their" : "its"} own.`
          : ""}
      </p>
    );
  }
  const change = (chains: Record<string, string> | null, words: string) =>
    void page.config.change({ profiles: { [scope]: { modelFallback: chains } } }, words);
  return isOwn ? (
    <div class="scope-words">
      <p class="quiet">Profile {scope} has chains of its own; the shared ones do not count for it.</p>
      <button
        type="button"
        class="button small"
        disabled={isLocked}
        onClick={() => change(null, `Profile ${scope} uses the shared chains.`)}
      >
        Use the shared ones
      </button>
    </div>
  ) : (
    <div class="scope-words">
      <p class="quiet">Profile {scope} uses the shared chains.</p>
      <button
        type="button"
        class="button small"
        disabled={isLocked}
        onClick={() => change(Object.fromEntries(table), `Profile ${scope} has chains of its own.`)}
      >
        Give it its own
      </button>
    </div>
  );
}

function OtherChainsDialog({ doubt, onClose }: { doubt: Doubt; onClose: () => void }) {
  const { before, after, others, go } = doubt;
  return (
    <Dialog
      title="This changes other chains too"
      onClose={onClose}
      foot={
        <>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            class="button primary"
            onClick={() => {
              onClose();
              go();
            }}
          >
            Change them too
          </button>
        </>
      }
    >
      <div class="form">
        <p>The chains pass through the same model, and from there on they are one.</p>
        <ul class="changes">
          {others.map((head) => (
            <li key={head}>
              <del>{writeChain(follow(before, head))}</del>
              <br />
              <ins>{writeChain(follow(after, head))}</ins>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

export function writeChain(models: readonly string[]): string {
  return models.map(shortModel).join(" → ");
}
