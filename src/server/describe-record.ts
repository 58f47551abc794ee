// What is wrong with the record of requests, in words; the proxy goes on without it.
import type { Warning } from "../config/types";
import type { StoreTrouble } from "../state/ledger/store/open-database";
import type { StoreReport } from "../state/ledger/store/store-client";

const remedies: Record<StoreTrouble["code"], string> = {
  newer: "Run the newer version again, or move the file away to begin a new record.",
  unusable: "Make the file and its folder writable; it is tried again every half minute.",
  set_aside: "Nothing needs to be done; the damaged file can be deleted.",
};

export function describeRecord({ trouble, failing, lost }: StoreReport): Warning[] {
  const warnings: Warning[] = [];
  if (trouble !== null) {
    const kept =
      trouble.code === "set_aside" ? "" : " Requests are counted until the proxy stops and not kept.";
    warnings.push({
      code: `record_${trouble.code}`,
      title: `${trouble.words}${kept}`,
      severity: "warn",
      remedy: remedies[trouble.code],
    });
  }
  if (failing !== null) {
    const given =
      lost === 0 ? "" : ` ${lost} ${lost === 1 ? "request was" : "requests were"} given up so far.`;
    warnings.push({
      code: "record_not_written",
      title: `The record of requests cannot be written: ${failing}.${given}`,
      severity: "warn",
      remedy:
        "Make room on the disk, or end what keeps state.db locked; writing is tried again until it works.",
    });
  }
  return warnings;
}
