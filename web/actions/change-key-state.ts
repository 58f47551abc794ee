// Pause, resume and try now: shown at once, taken back when the proxy refuses, with undo.
import type { KeyView } from "../../src/server/contract";
import { wordsOf } from "../api";
import type { Page } from "../page";

export async function pauseKey(page: Page, key: KeyView): Promise<void> {
  const done = await change(
    page,
    key,
    { enabled: false, state: "disabled", reason: "paused", serving: [] },
    "pause",
  );
  if (done)
    page.toasts.show(`${key.label} is paused.`, {
      undo: () => void resumeKey(page, { ...key, enabled: false }),
    });
}

export async function resumeKey(page: Page, key: KeyView): Promise<void> {
  const done = await change(page, key, { enabled: true, state: "ready", reason: null }, "resume");
  if (done) page.toasts.show(`${key.label} is back in use.`);
}

/** Forgets the cooldowns of a key. There is no undo: the next answer of the upstream says what holds. */
export async function clearRests(page: Page, key: KeyView): Promise<void> {
  const done = await change(
    page,
    key,
    { state: "ready", reason: null, until: null, cooldowns: [] },
    "try-now",
  );
  if (done) page.toasts.show(`${key.label} may be asked again.`);
}

async function change(
  page: Page,
  key: KeyView,
  shown: Partial<KeyView>,
  verb: "pause" | "resume" | "try-now",
): Promise<boolean> {
  const takeBack = showKey(page, key.id, shown);
  try {
    await page.api.call(`/keys/${encodeURIComponent(key.id)}/${verb}`, { method: "POST" });
    return true;
  } catch (error) {
    takeBack();
    page.toasts.show(wordsOf(error), { tone: "error" });
    return false;
  }
}

/** Shows a key as it will be; returns what takes that back, unless the proxy has said something newer meanwhile. */
function showKey(page: Page, id: string, shown: Partial<KeyView>): () => void {
  const before = page.model.peek()?.keys.find((key) => key.id === id);
  if (before === undefined) return () => {};
  const after = { ...before, ...shown };
  replaceKey(page, before, after);
  return () => replaceKey(page, after, before);
}

function replaceKey(page: Page, old: KeyView, fresh: KeyView): void {
  const model = page.model.peek();
  if (model === null) return;
  page.model.value = { ...model, keys: model.keys.map((key) => (key === old ? fresh : key)) };
}
