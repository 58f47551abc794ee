// Asks which model comes in where, and shows what the chain will be before it is written.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { follow, insertModel, longestChain, type Table } from "../../chains/chains";
import { usePage } from "../../page";
import { TextField } from "../../parts/field";
import { FormDialog } from "../../parts/form-dialog";
import { shortModel } from "../../parts/model-name";

export interface AddModelPlace {
  /** Whose chain; null: a chain that is still to begin. */
  head: string | null;
  /** Position in the chain; what stands there moves behind. */
  position: number;
}

export interface AddModelDialogProps {
  place: AddModelPlace;
  table: Table;
  onClose: () => void;
  onAdd: (head: string, after: Table, words: string) => void;
}

export function AddModelDialog({ place, table, onClose, onAdd }: AddModelDialogProps) {
  const asked = useSignal(place.head ?? "");
  const model = useSignal("");
  const listId = useId();
  const head = asked.value.trim();
  const added = model.value.trim();
  const problem = findProblem(table, head, added, place);
  const after = problem === null ? insertModel(table, head, place.position, added) : table;
  const send = () => {
    const words = `${shortModel(head)} now falls back to ${follow(after, head).slice(1).map(shortModel).join(", then ")}.`;
    onAdd(head, after, words);
  };
  const isBlank = head === "" || added === "";
  return (
    <FormDialog
      title={place.head === null ? "Add a chain" : `Add a model to the chain of ${shortModel(place.head)}`}
      action="Add"
      incomplete={isBlank || problem !== null}
      onClose={onClose}
      onSend={send}
    >
      <ModelList id={listId} />
      {place.head === null ? (
        <TextField
          label="When this model is asked for"
          mono
          value={asked}
          hint="As clients name it"
          input={{ autoFocus: true, list: listId, placeholder: "claude-opus-4-6" }}
        />
      ) : null}
      <TextField
        label={place.head === null ? "and no key can serve it, ask" : "Model"}
        mono
        value={model}
        wrong={isBlank ? null : problem}
        hint="A Claude model; OpenAI has its own place, at the end"
        input={{ autoFocus: place.head !== null, list: listId, placeholder: "claude-sonnet-4-6" }}
      />
      {isBlank || problem !== null ? null : <Preview models={follow(after, head)} />}
    </FormDialog>
  );
}

function Preview({ models }: { models: string[] }) {
  return (
    <div class="chain-preview" role="status">
      <span class="quiet">Then requests for {shortModel(models[0] ?? "")} go</span>
      <ol>
        {models.map((model, index) => (
          <li key={model} class={index < longestChain ? undefined : "unreached"}>
            {shortModel(model)}
          </li>
        ))}
      </ol>
      {models.length > longestChain ? (
        <span class="quiet">At most {longestChain} models are asked: the rest is never reached.</span>
      ) : null}
    </div>
  );
}

function findProblem(table: Table, head: string, model: string, place: AddModelPlace): string | null {
  if (model === "" || head === "") return null;
  if (place.head === null && table.has(head)) return `${head} has a chain already: add to that one.`;
  if (follow(table, head).includes(model)) return `${model} is in this chain already.`;
  return null;
}

function ModelList({ id }: { id: string }) {
  const page = usePage();
  const known = page.config.view.value?.models ?? [];
  const seen = (page.model.peek()?.rows ?? []).map(({ modelAsked }) => modelAsked);
  const models = [...new Set([...seen, ...known])].filter((model) => model.startsWith("claude"));
  return (
    <datalist id={id}>
      {models.map((model) => (
        <option key={model} value={model} />
      ))}
    </datalist>
  );
}
