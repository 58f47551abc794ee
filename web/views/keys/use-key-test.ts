// Asks the upstream of a key whether it takes it.
import { useSignal } from "@preact/signals";
import type { KeyTest } from "../../../src/server/contract";
import { wordsOf } from "../../api";
import { usePage } from "../../page";

export function useKeyTest(id: string) {
  const page = usePage();
  const result = useSignal<KeyTest | null>(null);
  const busy = useSignal(false);
  const run = async () => {
    if (busy.peek()) return;
    busy.value = true;
    const path = `/keys/${encodeURIComponent(id)}/test` as const;
    result.value = await page.api.call<KeyTest>(path, { method: "POST" }).catch((error) => {
      const words = wordsOf(error);
      return { ok: false, status: null, words, ms: 0 };
    });
    busy.value = false;
  };
  return { result, busy, run };
}
