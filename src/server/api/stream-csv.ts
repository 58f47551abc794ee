// The record of requests as CSV (RFC 4180), one page after the other, so that memory stays flat.
import type { LedgerQueries, PageQuery } from "../../state/ledger/types";
import type { RequestRow } from "../contract";

type Cell = string | number | boolean | null;

const pageSize = 500;
const columns: [string, (row: RequestRow) => Cell][] = [
  ["id", (row) => row.id],
  ["at", (row) => row.at],
  ["profile", (row) => row.profile],
  ["client", (row) => row.client],
  ["session", (row) => row.session],
  ["endpoint", (row) => row.endpoint],
  ["target", (row) => row.target],
  ["stream", (row) => row.stream],
  ["model_asked", (row) => row.modelAsked],
  ["model_served", (row) => row.modelServed],
  ["provider", (row) => row.provider],
  ["key", (row) => row.key],
  ["service", (row) => row.service],
  ["status", (row) => row.status],
  ["state", (row) => row.state],
  ["stop_reason", (row) => row.stopReason],
  ["input_tokens", (row) => row.tokens.input],
  ["output_tokens", (row) => row.tokens.output],
  ["cache_read_tokens", (row) => row.tokens.cacheRead],
  ["cache_write_5m_tokens", (row) => row.tokens.cacheWrite5m],
  ["cache_write_1h_tokens", (row) => row.tokens.cacheWrite1h],
  ["reasoning_tokens", (row) => row.tokens.reasoning],
  ["tokens_estimated", (row) => row.tokens.estimated],
  ["cost_usd", (row) => row.costUsd],
  ["cache_saved_usd", (row) => row.cacheSavedUsd],
  ["queued_ms", (row) => row.queuedMs],
  ["first_byte_ms", (row) => row.firstByteMs],
  ["total_ms", (row) => row.totalMs],
  ["attempts", (row) => row.attempts.filter((attempt) => !attempt.skipped).length],
  ["refusal", (row) => row.refusal],
];

/** The newest request first, below a line of column names. */
export function streamCsv(
  ledger: LedgerQueries,
  query: Pick<PageQuery, "period" | "filter">,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let before: string | null = null;
  let begun = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const asked: PageQuery = { ...query, limit: pageSize, ...(before === null ? {} : { before }) };
        const page = await ledger.page(asked);
        const lines = page.rows.map((row) => formatLine(columns.map(([, read]) => read(row))));
        if (!begun) lines.unshift(formatLine(columns.map(([name]) => name)));
        begun = true;
        if (lines.length > 0) controller.enqueue(encoder.encode(lines.join("")));
        before = page.next;
        if (before === null) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

function formatLine(cells: readonly Cell[]): string {
  return `${cells.map(formatCell).join(",")}\r\n`;
}

function formatCell(cell: Cell): string {
  if (typeof cell !== "string") return cell === null ? "" : String(cell);
  // Names come from clients: a spreadsheet would take these beginnings for formulas.
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
