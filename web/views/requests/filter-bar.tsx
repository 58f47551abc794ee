// Narrows the list of requests: everything chosen here stands in the page's address.
import { useComputed } from "@preact/signals";
import { usePage } from "../../page";
import { type Option, QueryChoice, QueryFixed, QuerySearch } from "../../parts/query-fields";
import { kindWords } from "../../requests/name-request";

const services: Option[] = [
  ["asked", "as asked"],
  ["rotated", "rotated"],
  ["fell_back", "fell back"],
  ["failed", "failed"],
  ["cancelled", "left by the client"],
];
const kinds = Object.entries(kindWords);
const filterNames = [
  "search",
  "service",
  "endpoint",
  "key",
  "model",
  "profile",
  "provider",
  "client",
  "session",
];

export function FilterBar() {
  const { model, router } = usePage();
  const keys = useComputed(() => model.value?.keys.map(({ id, label }): Option => [id, label]) ?? []);
  const profiles = useComputed(() => model.value?.profiles.map(({ name }): Option => [name, name]) ?? []);
  const models = useComputed(() => listModels(model.value?.rows ?? []));
  const filtered = filterNames.filter((name) => router.query.value.has(name));
  return (
    <search class="filter-bar">
      <QuerySearch words="Search in id, model, route, key, client and errors" />
      <QueryChoice name="service" label="Served" options={services} />
      <QueryChoice name="endpoint" label="Kind" options={kinds} />
      <QueryChoice name="key" label="Key" options={keys.value} />
      <QueryChoice name="model" label="Model" options={models.value.map((name): Option => [name, name])} />
      {profiles.value.length > 1 ? (
        <QueryChoice name="profile" label="Profile" options={profiles.value} />
      ) : null}
      <QueryFixed name="session" />
      <QueryFixed name="client" />
      <QueryFixed name="provider" />
      {filtered.length === 0 ? null : (
        <button
          type="button"
          class="button plain"
          onClick={() => router.setQuery(Object.fromEntries(filtered.map((name) => [name, null])))}
        >
          Clear
        </button>
      )}
    </search>
  );
}

function listModels(rows: readonly { modelAsked: string; modelServed: string | null }[]): string[] {
  const names = rows.flatMap((row) => [row.modelAsked, row.modelServed ?? row.modelAsked]);
  return [...new Set(names)].filter((name) => name !== "").sort();
}
