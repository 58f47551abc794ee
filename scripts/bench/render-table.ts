// Lays texts out in columns.

/** The first column to the left, the others to the right; the first row is the heading. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const lines = rows.map((row) =>
    widths
      .map((width, column) =>
        column === 0 ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width),
      )
      .join("   ")
      .trimEnd(),
  );
  const [heading = "", ...rest] = lines;
  const line = "-".repeat(Math.max(...lines.map((text) => text.length)));
  return [heading, line, ...rest].join("\n");
}
