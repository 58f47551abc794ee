// Fields of a filter: what is chosen in them stands in the page's address, and only there.
import { useEffect, useRef } from "preact/hooks";
import { usePage } from "../page";
import { Icon } from "./icon";

export type Option = readonly [value: string, words: string];

const typingPauseMs = 200;

/** `words`: what the field is called. `/` puts the focus into it. */
export function QuerySearch({ words }: { words: string }) {
  const { router, keyboard } = usePage();
  const ref = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  useEffect(() => {
    const remove = keyboard.add([{ keys: "/", words, run: () => ref.current?.focus() }]);
    return () => {
      remove();
      window.clearTimeout(timer.current);
    };
  }, [keyboard, words]);
  const value = router.query.value.get("search") ?? "";
  useEffect(() => {
    // Typing goes on while the address follows; only another's change is written into the field.
    if (ref.current !== null && document.activeElement !== ref.current) ref.current.value = value;
  }, [value]);
  return (
    <label class="search-field">
      <Icon name="search" />
      <span class="hidden-visually">{words}</span>
      <input
        ref={ref}
        type="search"
        class="field"
        placeholder="Search"
        defaultValue={value}
        onInput={(event) => {
          const text = event.currentTarget.value;
          window.clearTimeout(timer.current);
          timer.current = window.setTimeout(() => router.setQuery({ search: text || null }), typingPauseMs);
        }}
      />
    </label>
  );
}

export interface QueryChoiceProps {
  /** The parameter's name in the address. */
  name: string;
  label: string;
  options: readonly Option[];
}

export function QueryChoice({ name, label, options }: QueryChoiceProps) {
  const { router } = usePage();
  const value = router.query.value.get(name) ?? "";
  const isListed = value === "" || options.some(([option]) => option === value);
  const own: Option = [value, value];
  return (
    <select
      class="field choice"
      aria-label={label}
      value={value}
      data-chosen={value !== ""}
      onChange={(event) => router.setQuery({ [name]: event.currentTarget.value || null })}
    >
      <option value="">{label}</option>
      {(isListed ? options : [own, ...options]).map(([option, words]) => (
        <option key={option} value={option}>
          {words}
        </option>
      ))}
    </select>
  );
}

/** A part of the filter that came with a link: it can only be taken away. */
export function QueryFixed({ name }: { name: string }) {
  const { router } = usePage();
  const value = router.query.value.get(name);
  if (value === null) return null;
  return (
    <button type="button" class="button" onClick={() => router.setQuery({ [name]: null })}>
      {name} {value.length > 16 ? `${value.slice(0, 15)}…` : value}
      <Icon name="close" />
      <span class="hidden-visually">remove this filter</span>
    </button>
  );
}
