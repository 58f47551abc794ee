// The HTTP status of an expected failure.
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type CfError, exitCode } from "../../errors";

const statuses: Readonly<Record<string, ContentfulStatusCode>> = {
  unknown_key: 404,
  unknown_profile: 404,
  undo_unknown: 404,
  duplicate_token: 409,
  duplicate_id: 409,
  undo_conflict: 409,
  config_stale: 412,
  config_invalid: 422,
  config_locked: 503,
  config_contended: 503,
  ledger_unavailable: 503,
  setup_changed_meanwhile: 409,
};
/** What setup cannot do here: the files or the machine are not as it needs them. */
const unfit = /^(?:setup_|autostart_|journal_|backup_)/;

/** What the caller got wrong is 400 unless there is a better number; the rest is ours. */
export function statusOf({ code, exit }: CfError): ContentfulStatusCode {
  const known = statuses[code] ?? (unfit.test(code) ? 422 : undefined);
  return known ?? (exit === exitCode.usage || code === "invalid_input" ? 400 : 500);
}
