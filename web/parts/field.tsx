// Labelled fields with a hint, or with what is wrong with them, joined for screen readers.
import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface Labels {
  label: ComponentChildren;
  hint?: ComponentChildren;
  /** Shown instead of the hint; null: nothing is wrong. */
  wrong?: string | null | undefined;
}

export interface FieldAttributes {
  id: string;
  class: string;
  autocomplete: "off";
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

/** Joins a control with its words. */
export function Field(props: Labels & { children: (attributes: FieldAttributes) => ComponentChildren }) {
  const { label, hint, wrong = null, children } = props;
  const id = useId();
  const hasWords = wrong !== null || hint !== undefined;
  return (
    <div class="labelled">
      <label class="caption" for={id}>
        {label}
      </label>
      {children({
        id,
        class: "field",
        autocomplete: "off",
        "aria-invalid": wrong !== null,
        "aria-describedby": hasWords ? `${id}-words` : undefined,
      })}
      {hasWords ? (
        <span
          id={`${id}-words`}
          class={wrong === null ? "hint" : "wrong"}
          role={wrong === null ? undefined : "alert"}
        >
          {wrong ?? hint}
        </span>
      ) : null}
    </div>
  );
}

export interface TextFieldProps extends Labels {
  value: Signal<string>;
  type?: "text" | "password" | "url";
  mono?: boolean;
  input?: JSX.IntrinsicElements["input"];
}

/** A line of text that a signal holds. */
export function TextField({ value, type = "text", mono, input, ...labels }: TextFieldProps) {
  return (
    <Field {...labels}>
      {(attributes) => (
        <input
          {...attributes}
          {...(input as object)}
          class={mono ? "field mono" : "field"}
          // The types know each kind of input by itself.
          type={type as "text"}
          spellcheck={false}
          value={value}
          onInput={(event) => {
            value.value = event.currentTarget.value;
          }}
        />
      )}
    </Field>
  );
}

export interface ChoiceFieldProps<Value extends string> extends Labels {
  value: Signal<Value>;
  options: readonly (readonly [value: Value, words: string])[];
}

/** One of a few. */
export function ChoiceField<Value extends string>({ value, options, ...labels }: ChoiceFieldProps<Value>) {
  return (
    <Field {...labels}>
      {(attributes) => (
        <select
          {...attributes}
          value={value}
          onChange={(event) => {
            value.value = event.currentTarget.value as Value;
          }}
        >
          {options.map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
