// One chain: the model that is asked for, what it falls back to, and the OpenAI model at its end.
import { useComputed } from "@preact/signals";
import {
  type Chain,
  type ChainLink,
  longestChain,
  removeChain,
  removeModel,
  reorder,
  type Table,
} from "../../chains/chains";
import { mapModel } from "../../chains/map-model";
import { usePage } from "../../page";
import { Icon } from "../../parts/icon";
import { shortModel } from "../../parts/model-name";
import { SortableList } from "../../parts/sortable-list";

export interface ChainRowProps {
  chain: Chain;
  table: Table;
  isReadOnly: boolean;
  onEdit: (after: Table, words: string) => void;
  /** Asks for a model at a position of the chain; 0 is the head. */
  onAdd: (position: number) => void;
}

export function ChainRow({ chain, table, isReadOnly, onEdit, onAdd }: ChainRowProps) {
  const { head, links, backTo } = chain;
  const models = links.map(({ model }) => model);
  const byModel = new Map(links.map((link) => [link.model, link]));
  const name = shortModel(head);
  return (
    <div class="chain" role="group" aria-label={`Chain of ${head}`}>
      <div class="chain-head">
        <span class="node head" title={head}>
          {name}
        </span>
        {isReadOnly ? null : (
          <button
            type="button"
            class="button plain small icon-only"
            aria-label={`Remove the chain of ${name}`}
            title="Remove this chain"
            onClick={() => onEdit(removeChain(table, head), `The chain of ${name} is removed.`)}
          >
            <Icon name="remove" />
          </button>
        )}
      </div>
      <SortableList
        label={`What ${name} falls back to`}
        class="chain-links"
        itemClass={(model) => (byModel.get(model)?.reached === false ? "chain-link unreached" : "chain-link")}
        ids={models.slice(1)}
        nameOf={shortModel}
        disabled={isReadOnly}
        onOrder={(order) => onEdit(reorder(table, head, order), `The chain of ${name} has a new order.`)}
      >
        {(model, handle, index) => (
          <>
            <Arrow
              label={`Insert a model before ${shortModel(model)} in the chain of ${name}`}
              onInsert={isReadOnly ? null : () => onAdd(index + 1)}
            />
            <LinkNode
              link={byModel.get(model) ?? { model, reached: true, sharedWith: [] }}
              handle={isReadOnly ? null : handle}
              onRemove={
                isReadOnly
                  ? null
                  : () =>
                      onEdit(
                        removeModel(table, head, models.indexOf(model)),
                        `${shortModel(model)} is taken out of the chain of ${name}.`,
                      )
              }
            />
          </>
        )}
      </SortableList>
      <div class="chain-end">
        {backTo === null ? null : (
          <span class="chain-note" title="A chain never asks a model twice">
            <Icon name="retry" />
            back to {shortModel(backTo)}: ends here
          </span>
        )}
        {links.length > longestChain ? (
          <span class="chain-note">only the first {longestChain} models are asked</span>
        ) : null}
        {isReadOnly || backTo !== null ? null : (
          <button
            type="button"
            class="button plain small"
            aria-label={`Add a model to the chain of ${name}`}
            onClick={() => onAdd(models.length)}
          >
            <Icon name="add" />
            Add
          </button>
        )}
        <OpenAiEnd head={head} />
      </div>
    </div>
  );
}

function LinkNode(props: {
  link: ChainLink;
  handle: preact.JSX.Element | null;
  onRemove: (() => void) | null;
}) {
  const { link, handle, onRemove } = props;
  const { model, sharedWith, reached } = link;
  const shared = sharedWith.length === 0 ? "" : `; also in the chain of ${sharedWith.join(", ")}`;
  return (
    <span class="node" title={`${model}${reached ? "" : ": never asked, the chain is too long"}${shared}`}>
      {handle}
      <span>
        {shortModel(model)}
        {sharedWith.length === 0 ? null : (
          <small class="shared">
            shared with {sharedWith.length === 1 ? shortModel(sharedWith[0] ?? "") : sharedWith.length}
          </small>
        )}
      </span>
      {onRemove === null ? null : (
        <button
          type="button"
          class="node-button"
          aria-label={`Take ${shortModel(model)} out`}
          title="Take it out of this chain"
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}

function Arrow({ label, onInsert }: { label: string; onInsert: (() => void) | null }) {
  return (
    <span class="chain-arrow">
      {onInsert === null ? null : (
        <button
          type="button"
          class="node-button insert"
          aria-label={label}
          title="Insert a model here"
          onClick={onInsert}
        >
          <Icon name="add" />
        </button>
      )}
    </span>
  );
}

function OpenAiEnd({ head }: { head: string }) {
  const page = usePage();
  const keys = useComputed(() => (page.model.value?.keys ?? []).filter((key) => key.provider === "openai"));
  const settings = page.config.view.value?.effective;
  if (settings === undefined || !settings.openaiModelFallback || keys.value.length === 0) return null;
  const mapped = mapModel(head, settings.openaiModelMapping);
  const usable = keys.value.filter(({ enabled }) => enabled);
  if (mapped === null || usable.length === 0) return null;
  const names = usable.map(({ label }) => label).join(", ");
  return (
    <>
      <span class="chain-arrow last" />
      <span
        class="node openai"
        title={`The last resort, on ${names}; by the entry ${mapped.by} of the mapping`}
      >
        <span>
          {mapped.model}
          <small class="shared">on {names}</small>
        </span>
      </span>
    </>
  );
}
