// Narrows the log by level, key, request and words.
import { useComputed } from "@preact/signals";
import { usePage } from "../../page";
import { QueryChoice, QueryFixed, QuerySearch } from "../../parts/query-fields";
import { Segments } from "../../parts/segments";

const levels = [
  ["debug", "All"],
  ["info", "Info"],
  ["warn", "Warnings"],
  ["error", "Errors"],
] as const;

export function LogFilterBar() {
  const { router, model } = usePage();
  const keys = useComputed(() => model.value?.keys.map(({ id, label }) => [id, label] as const) ?? []);
  const { query } = router;
  const level = levels.find(([name]) => name === query.value.get("level"))?.[0] ?? "debug";
  return (
    <search class="filter-bar">
      <QuerySearch words="Search in messages and fields" />
      <QueryChoice name="key" label="Key" options={keys.value} />
      <Segments
        label="Least level"
        options={levels}
        value={level}
        onChange={(chosen) => router.setQuery({ level: chosen === "debug" ? null : chosen })}
      />
      <QueryFixed name="request" />
    </search>
  );
}
