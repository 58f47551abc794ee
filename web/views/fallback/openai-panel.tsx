// OpenAI as the last resort: the switch, and which OpenAI model stands in for which Claude model.
import { useComputed, useSignal } from "@preact/signals";
import type { ConfigView } from "../../../src/server/contract";
import { usePage } from "../../page";
import { useIsLocked } from "../../parts/config-banner";
import { Icon } from "../../parts/icon";
import { Notice } from "../../parts/notice";
import { Switch } from "../../parts/switch";
import { ViewLink } from "../../parts/view-link";
import { DraftField } from "./draft-field";

export function OpenAiPanel() {
  const page = usePage();
  const isLocked = useIsLocked();
  const count = useComputed(
    () => page.model.value?.keys.filter(({ provider }) => provider === "openai").length ?? 0,
  );
  const view = page.config.view.value;
  if (view === null) return null;
  const isOn = view.effective.openaiModelFallback;
  return (
    <section class="panel" aria-labelledby="openai-title">
      <div class="panel-head">
        <h2 id="openai-title">OpenAI as the last resort</h2>
        <Switch
          label="OpenAI as the last resort"
          checked={isOn}
          disabled={isLocked}
          onChange={(on) =>
            void page.config.change(
              { openaiModelFallback: on },
              on ? "OpenAI keys serve as the last resort." : "OpenAI keys are no last resort any more.",
            )
          }
        />
      </div>
      <div class="panel-body openai-mapping">
        <p class="quiet">
          {isOn
            ? "When no Claude model can serve, the request is translated and goes to your OpenAI keys."
            : "Off: a request fails when no Claude model can serve it."}
        </p>
        {isOn && count.value === 0 ? (
          <Notice severity="warn" title="There is no OpenAI key yet.">
            <ViewLink view="keys" query={{ add: "1" }}>
              Add one
            </ViewLink>
            , or nothing comes of it.
          </Notice>
        ) : null}
        <MappingTable view={view} isLocked={isLocked} />
      </div>
    </section>
  );
}

function MappingTable({ view, isLocked }: { view: ConfigView; isLocked: boolean }) {
  const { config } = usePage();
  const mapping = view.effective.openaiModelMapping;
  const isWritten = Object.hasOwn(view.document, "openaiModelMapping");
  const change = (changes: Record<string, string | null>, words: string, ifMatch?: string) => {
    // The built-in table holds as a whole or not at all: the first change writes all of it.
    const patch = isWritten ? changes : { ...mapping, ...changes };
    void config.change({ openaiModelMapping: patch }, words, ifMatch === undefined ? {} : { ifMatch });
  };
  const entries = Object.entries(mapping).sort(
    ([one], [other]) => Number(one === "*") - Number(other === "*"),
  );
  return (
    <>
      <table class="mapping">
        <caption class="hidden-visually">Which OpenAI model stands in for which Claude model</caption>
        <thead>
          <tr>
            <th scope="col">Claude model or family</th>
            <th scope="col">OpenAI model</th>
            <th scope="col">
              <span class="hidden-visually">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([name, model]) => (
            <tr key={name}>
              <th scope="row">{name === "*" ? <span>* every other</span> : <code>{name}</code>}</th>
              <td>
                <DraftField
                  label={`OpenAI model for ${name === "*" ? "every other model" : name}`}
                  value={model}
                  mono
                  disabled={isLocked}
                  onCommit={(text, ifMatch) => change({ [name]: text }, `${name} → ${text}`, ifMatch)}
                />
              </td>
              <td>
                <button
                  type="button"
                  class="node-button"
                  aria-label={`Remove the entry ${name}`}
                  title="Remove"
                  disabled={isLocked}
                  onClick={() => change({ [name]: null }, `The entry ${name} is removed.`)}
                >
                  <Icon name="close" />
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {entries.length === 0 ? <p class="quiet">No entry: no Claude model has a stand-in.</p> : null}
      <AddEntry
        known={Object.keys(mapping)}
        isLocked={isLocked}
        onAdd={(name, model) => change({ [name]: model }, `${name} → ${model}`)}
      />
      <p class="quiet small">
        The exact id counts first, then the longest family (<code>claude-opus</code> stands for every Opus),
        then <code>*</code>.{" "}
        {isWritten ? (
          <button
            type="button"
            class="link"
            disabled={isLocked}
            onClick={() =>
              void config.change({ openaiModelMapping: null }, "The built-in mapping is back in force.")
            }
          >
            Back to the built-in table
          </button>
        ) : (
          "This is the built-in table."
        )}
      </p>
    </>
  );
}

function AddEntry(props: {
  known: string[];
  isLocked: boolean;
  onAdd: (name: string, model: string) => void;
}) {
  const page = usePage();
  const name = useSignal("");
  const model = useSignal("");
  const models = page.config.view.value?.models ?? [];
  const isKnown = props.known.includes(name.value.trim());
  const submit = (event: Event) => {
    event.preventDefault();
    if (name.value.trim() === "" || model.value.trim() === "" || isKnown) return;
    props.onAdd(name.value.trim(), model.value.trim());
    name.value = "";
    model.value = "";
  };
  return (
    <form class="add-entry" onSubmit={submit}>
      <input
        class="field mono"
        aria-label="Claude model, family or *"
        placeholder="claude-opus"
        list="mapping-from"
        value={name}
        aria-invalid={isKnown}
        disabled={props.isLocked}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <span aria-hidden="true">→</span>
      <input
        class="field mono"
        aria-label="OpenAI model that stands in"
        placeholder="gpt-…"
        list="mapping-to"
        value={model}
        disabled={props.isLocked}
        onInput={(event) => {
          model.value = event.currentTarget.value;
        }}
      />
      <button type="submit" class="button small" disabled={props.isLocked || isKnown}>
        <Icon name="add" />
        Add
      </button>
      <datalist id="mapping-from">
        {models.map((one) => (one.startsWith("claude") ? <option key={one} value={one} /> : null))}
      </datalist>
      <datalist id="mapping-to">
        {models.map((one) => (one.startsWith("claude") ? null : <option key={one} value={one} />))}
      </datalist>
    </form>
  );
}
