// A field whose text becomes a change when one leaves it or presses Enter; Escape brings the old text back.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { usePage } from "../../page";

export interface DraftFieldProps {
  label: string;
  value: string;
  mono?: boolean;
  /** A word behind it, such as `s`. */
  unit?: string;
  disabled?: boolean;
  numeric?: boolean;
  id?: string;
  describedBy?: string;
  /** What is wrong with a text; null: nothing. */
  check?: (text: string) => string | null;
  /** `ifMatch`: the state that the person had before his eyes when he began. */
  onCommit: (text: string, ifMatch: string | undefined) => void;
}

export function DraftField(props: DraftFieldProps) {
  const { value, check = checkFilled, onCommit } = props;
  const { config } = usePage();
  /** null: the field is not being edited and shows what is in force. */
  const draft = useSignal<string | null>(null);
  const began = useRef<string | undefined>(undefined);
  const text = draft.value ?? value;
  const problem = draft.value === null ? null : check(draft.value.trim());
  const commit = () => {
    const typed = draft.peek()?.trim();
    if (typed === undefined) return;
    if (typed === value) {
      draft.value = null;
      return;
    }
    if (check(typed) !== null) return;
    draft.value = null;
    onCommit(typed, began.current);
  };
  return (
    <span class="draft">
      <input
        id={props.id}
        class={`field${props.mono ? " mono" : ""}`}
        aria-label={props.id === undefined ? props.label : undefined}
        aria-describedby={props.describedBy}
        aria-invalid={problem !== null}
        inputMode={props.numeric ? "decimal" : undefined}
        autocomplete="off"
        spellcheck={false}
        value={text}
        disabled={props.disabled}
        onInput={(event) => {
          if (draft.peek() === null) began.current = config.hash;
          draft.value = event.currentTarget.value;
        }}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            commit();
          }
          if (event.key !== "Escape" || draft.peek() === null) return;
          event.stopPropagation();
          draft.value = null;
        }}
      />
      {props.unit === undefined ? null : <span class="quiet">{props.unit}</span>}
      {problem === null ? null : (
        <span class="wrong" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}

function checkFilled(text: string): string | null {
  return text === "" ? "It must not be empty." : null;
}
