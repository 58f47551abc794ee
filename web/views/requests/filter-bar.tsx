// Narrows the list: everything chosen here stands in the page's address.
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { usePage } from "../../page";
import { Icon } from "../../parts/icon";

type Option = readonly [value: string, words: string];

const services: Option[] = [
  ["asked", "as asked"],
  ["rotated", "rotated"],
  ["fell_back", "fell back"],
  ["failed", "failed"],
  ["cancelled", "left by the client"],
];
const filterNames = ["search", "service", "key", "model", "profile", "provider", "client", "session"];

export function FilterBar() {
  const page = usePage();
  const model = page.model;
  const keys = useComputed(() => model.value?.keys.map(({ id, label }): Option => [id, label]) ?? []);
  const profiles = useComputed(() => model.value?.profiles.map(({ name }): Option => [name, name]) ?? []);
  const models = useComputed(() => listModels(model.value?.rows ?? []));
  const { query } = page.router;
  const filtered = filterNames.filter((name) => query.value.has(name));
  return (
    <search class="filter-bar">
      <SearchField />
      <Choice name="service" label="Served" options={services} />
      <Choice name="key" label="Key" options={keys.value} />
      <Choice name="model" label="Model" options={models.value.map((name) => [name, name])} />
      {profiles.value.length > 1 ? <Choice name="profile" label="Profile" options={profiles.value} /> : null}
      {["session", "client", "provider"].map((name) =>
        query.value.has(name) ? <Fixed key={name} name={name} value={query.value.get(name) ?? ""} /> : null,
      )}
      {filtered.length === 0 ? null : (
        <button
          type="button"
          class="button plain"
          onClick={() => page.router.setQuery(Object.fromEntries(filtered.map((name) => [name, null])))}
        >
          Clear
        </button>
      )}
    </search>
  );
}

function listModels(rows: readonly { modelAsked: string; modelServed: string | null }[]): string[] {
  const names = rows.flatMap((row) => [row.modelAsked, row.modelServed ?? row.modelAsked]);
  return [...new Set(names)].sort();
}

const typingPauseMs = 200;

function SearchField() {
  const { router, keyboard } = usePage();
  const ref = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  useEffect(
    () => keyboard.add([{ keys: "/", words: "Search in the requests", run: () => ref.current?.focus() }]),
    [keyboard],
  );
  const value = router.query.value.get("search") ?? "";
  useEffect(() => {
    // Typing goes on while the address follows; only another's change is written into the field.
    if (ref.current !== null && document.activeElement !== ref.current) ref.current.value = value;
  }, [value]);
  return (
    <label class="search-field">
      <Icon name="search" />
      <span class="hidden-visually">Search in id, model, key, client and errors</span>
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

function Choice({ name, label, options }: { name: string; label: string; options: readonly Option[] }) {
  const { router } = usePage();
  const value = router.query.value.get(name) ?? "";
  const isListed = value === "" || options.some(([option]) => option === value);
  return (
    <select
      class="field choice"
      aria-label={label}
      value={value}
      data-chosen={value !== ""}
      onChange={(event) => router.setQuery({ [name]: event.currentTarget.value || null })}
    >
      <option value="">{label}</option>
      {(isListed ? options : [[value, value] as const, ...options]).map(([option, words]) => (
        <option key={option} value={option}>
          {words}
        </option>
      ))}
    </select>
  );
}

function Fixed({ name, value }: { name: string; value: string }) {
  const { router } = usePage();
  return (
    <button
      type="button"
      class="button"
      aria-label={`Remove filter ${name}`}
      onClick={() => router.setQuery({ [name]: null })}
    >
      {name} {value.slice(0, 12)}
      <Icon name="close" />
    </button>
  );
}
